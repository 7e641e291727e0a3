//! `crate = ".."`: the library under another name, or inside of another crate.

use crate::ran;

/// A crate that hands the library on.
mod toolbox {
    pub(crate) mod deep {
        pub(crate) use leakcheck as lc;
    }
}

use toolbox::deep::lc;

#[lc::leak_checked(crate = "crate::renamed::toolbox::deep::lc", settle = "1s")]
#[tokio::test]
async fn modifier() {
    ran::on_default();
}

#[lc::test(crate = "lc", level = "warn", flavor = "local")]
async fn full() {
    ran::on_default();
}

#[lc::leak_checked(crate = "crate::renamed::lc")]
mod module {
    use super::lc;
    use crate::ran;

    #[test]
    fn sync() {
        ran::sync();
    }

    #[lc::test(crate = "lc")]
    fn own_crate() {
        ran::sync();
    }

    #[crate::renamed::lc::test]
    async fn full() {
        ran::on_default();
    }

    #[rstest::rstest]
    #[case(1)]
    #[tokio::test]
    async fn cases(#[case] number: u32) {
        ran::on_default();
        assert_eq!(number, 1);
    }
}
