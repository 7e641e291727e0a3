//! How the schema is defined: each record and each set of words once, for who writes them and for who reads them.

/// A record with its fields, or a set of words.
#[derive(Clone, Copy, Debug)]
pub struct Definition {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// The words.
    pub words: &'static [&'static str],
    /// The fields.
    pub fields: &'static [Field],
}

/// A field of a record.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it says.
    pub meaning: &'static str,
    /// Whether it is there `always`, `if_any` where it says something, or `flat`: the fields of what it holds are.
    pub written: &'static str,
    /// The type of what it holds: `Option<Frame>`.
    pub holds: &'static str,
}

/// Defines a record: the struct, its form as JSON, how `serde` reads it, and itself as data.
///
/// Before each field stands when it is written: `always`, `if_any` where it says something, or `flat` for the fields of another
/// record; and in parentheses what `serde` does, such as `default` where it may be missing.
macro_rules! record {
    (
        $(#[doc = $about:literal])+
        $name:ident {
            $($(#[doc = $meaning:literal])+ $when:ident $(($($reading:tt)+))? $field:ident: $type:ty,)+
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        #[cfg_attr(feature = "serde", derive(serde::Deserialize))]
        pub struct $name {
            $(
                $(#[doc = $meaning])+
                $(#[cfg_attr(feature = "serde", serde($($reading)+))])?
                pub $field: $type,
            )+
        }

        impl $crate::json::Fields for $name {
            fn fields(&self, object: &mut $crate::json::Object<'_>) {
                $(object.$when(stringify!($field), &self.$field);)+
            }
        }

        impl $crate::json::Json for $name {
            fn write(&self, to: &mut $crate::json::Writer) {
                to.object(|object| $crate::json::Fields::fields(self, object));
            }
        }

        impl $name {
            pub(crate) const DEFINITION: $crate::record::Definition = $crate::record::Definition {
                name: stringify!($name),
                about: concat!($($about),+),
                words: &[],
                fields: &[$($crate::record::Field {
                    name: stringify!($field),
                    meaning: concat!($($meaning),+),
                    written: stringify!($when),
                    holds: stringify!($type),
                }),+],
            };
        }
    };
}

/// Defines a set of words. The one that is marked `serde(other)` stands for all that a reader does not know.
macro_rules! words {
    (
        $(#[doc = $about:literal])+
        $name:ident {
            $($(#[$meaning:meta])+ $variant:ident = $word:literal,)+
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[cfg_attr(feature = "serde", derive(serde::Deserialize))]
        pub enum $name {
            $(
                $(#[$meaning])+
                #[cfg_attr(feature = "serde", serde(rename = $word))]
                $variant,
            )+
        }

        impl $name {
            pub(crate) const DEFINITION: $crate::record::Definition = $crate::record::Definition {
                name: stringify!($name),
                about: concat!($($about),+),
                words: &[$($word),+],
                fields: &[],
            };

            /// The word as it is written.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }

        /// Compares with the word as it is written.
        impl PartialEq<&str> for $name {
            fn eq(&self, word: &&str) -> bool {
                self.name() == *word
            }
        }

        impl $crate::json::Json for $name {
            fn write(&self, to: &mut $crate::json::Writer) {
                self.name().write(to);
            }

            fn is_nothing(&self) -> bool {
                *self == Self::default()
            }
        }
    };
}

pub(crate) use {record, words};

/// What there is one of where no count is written.
#[cfg(feature = "serde")]
pub(crate) const fn one() -> usize {
    1
}
