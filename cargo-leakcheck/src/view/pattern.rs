//! The page on a mistake, by paragraphs and examples.

use leakcheck_report::Pattern;

use super::data::{Block, PatternData};
use crate::page::{Part, parts};

/// Nothing of a pattern that is not known.
pub(super) fn data(name: &str) -> PatternData {
    let Some(pattern) = Pattern::named(name) else {
        return PatternData::default();
    };
    let mut page: Vec<Block> = Vec::new();
    let mut is_open = false;
    for part in parts(pattern).into_iter().skip(1) {
        match (part, page.last_mut()) {
            (Part::Fence, _) => {
                is_open = !is_open;
                if is_open {
                    page.push(Block::Code(String::new()));
                }
            }
            (Part::Code(line), Some(Block::Code(code))) => {
                code.push_str(line);
                code.push('\n');
            }
            (Part::Text("") | Part::Code(_), _) => page.push(Block::Text(String::new())),
            (Part::Text(line), Some(Block::Text(text))) => {
                if !text.is_empty() {
                    text.push(' ');
                }
                text.push_str(line);
            }
            (Part::Text(line), _) => page.push(Block::Text(line.to_owned())),
        }
    }
    page.retain(|block| !matches!(block, Block::Text(text) if text.is_empty()));
    PatternData {
        about: pattern.about().to_owned(),
        page,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_two_examples_between_its_words() {
        for pattern in Pattern::ALL {
            let page = data(pattern.name()).page;
            let code = |block: &&Block| matches!(block, Block::Code(code) if code.ends_with('\n'));
            assert_eq!(page.iter().filter(code).count(), 2, "{pattern}: {page:?}");
            assert!(page.len() >= 6, "{pattern}: {page:?}");
        }
        assert!(data("of-tomorrow").page.is_empty());
    }
}
