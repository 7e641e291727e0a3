//! Memory that nothing leads to, in words.

use std::fmt::{Display, Formatter, Result};

use leakcheck_report::plural;

use super::temp_file::size;
use crate::base::model::{LostMemory, Owned};

impl Display for LostMemory {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(&size(self.bytes as u64))?;
        if self.count > 1 {
            f.write_str(" in all")?;
        }
        if let (count @ 1.., bytes) = self.behind {
            let others = plural::of(count, "more allocation", "more allocations");
            write!(f, ", which leads to {others} of {}", size(bytes as u64))?;
        }
        let which = match self.behind.0 {
            0 => ", which ",
            _ => " and ",
        };
        match (self.owned, &*self.circle) {
            (Owned::Not, _) => Ok(()),
            (Owned::Perhaps, _) => write!(f, "{which}leads back to itself"),
            (Owned::Itself, []) => write!(f, "{which}owns itself"),
            (Owned::Itself, steps) => {
                write!(f, "{which}owns itself through ")?;
                for (index, step) in steps.iter().enumerate() {
                    let and = match index {
                        0 => "",
                        _ if index + 1 == steps.len() => " and ",
                        _ => ", ",
                    };
                    write!(f, "{and}`{}` of `{}`", step.field, step.owner)?;
                }
                Ok(())
            }
        }
    }
}

#[cfg(all(test, not(leakcheck_loom)))]
mod tests {
    use super::*;
    use crate::base::model::Step;

    #[test]
    fn what_is_known_is_said() {
        let step = |owner: &str, field: &str| Step {
            owner: owner.to_owned(),
            field: field.to_owned(),
        };
        let one = [step("Arc<Node>", "parent")];
        let two = [step("Rc<Tree>", "leaf"), step("Rc<Leaf>", "tree")];
        for (count, bytes, behind, owned, circle, words) in [
            (1, 5, (0, 0), Owned::Not, &[][..], "5 B"),
            (
                2,
                2048,
                (1, 8),
                Owned::Not,
                &[],
                "2.0 KiB in all, which leads to 1 more allocation of 8 B",
            ),
            (
                1,
                8,
                (0, 0),
                Owned::Perhaps,
                &[],
                "8 B, which leads back to itself",
            ),
            (1, 8, (0, 0), Owned::Itself, &[], "8 B, which owns itself"),
            (
                1,
                8,
                (0, 0),
                Owned::Itself,
                &one,
                "8 B, which owns itself through `parent` of `Arc<Node>`",
            ),
            (
                1,
                8,
                (3, 64),
                Owned::Itself,
                &two,
                "8 B, which leads to 3 more allocations of 64 B and owns itself through `leaf` of `Rc<Tree>` and `tree` of \
                 `Rc<Leaf>`",
            ),
        ] {
            let lost = LostMemory {
                count,
                bytes,
                behind,
                owned,
                circle: circle.to_vec(),
            };
            assert_eq!(lost.to_string(), words);
        }
    }
}
