//! Memory that nothing leads to, in words.

use std::fmt::{Display, Formatter, Result};

use leakcheck_report::plural;

use super::temp_file::size;
use crate::base::model::{LostMemory, Owned};

impl Display for LostMemory {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(&size(self.bytes as u64))?;
        if let (count @ 1.., bytes) = self.behind {
            let others = plural::of(count, "more allocation", "more allocations");
            write!(f, ", which lead to {others} of {}", size(bytes as u64))?;
        }
        match (self.owned, &*self.circle) {
            (Owned::ByNothing, _) => Ok(()),
            (Owned::ByItselfPerhaps, _) => f.write_str(", and back to themselves"),
            (Owned::ByItself, []) => f.write_str(", owned by themselves"),
            (Owned::ByItself, steps) => {
                f.write_str(", owned by themselves through ")?;
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
        for (bytes, behind, owned, circle, words) in [
            (5, (0, 0), Owned::ByNothing, &[][..], "5 B"),
            (
                2048,
                (1, 8),
                Owned::ByNothing,
                &[],
                "2.0 KiB, which lead to 1 more allocation of 8 B",
            ),
            (8, (0, 0), Owned::ByItselfPerhaps, &[], "8 B, and back to themselves"),
            (8, (0, 0), Owned::ByItself, &[], "8 B, owned by themselves"),
            (
                8,
                (0, 0),
                Owned::ByItself,
                &one,
                "8 B, owned by themselves through `parent` of `Arc<Node>`",
            ),
            (
                8,
                (3, 64),
                Owned::ByItself,
                &two,
                "8 B, which lead to 3 more allocations of 64 B, owned by themselves through `leaf` of `Rc<Tree>` and `tree` of \
                 `Rc<Leaf>`",
            ),
        ] {
            let lost = LostMemory {
                bytes,
                behind,
                owned,
                circle: circle.to_vec(),
            };
            assert_eq!(lost.to_string(), words);
        }
    }
}
