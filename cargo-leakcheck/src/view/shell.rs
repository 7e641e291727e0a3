//! The document around the data: the style and script that it allows, and nothing else.

use super::digest;

const STYLE: &str = include_str!("assets/page.css");

/// The parts of the script, which share one scope.
const SCRIPT: &str = concat!(
    "'use strict';\n(() => {\n",
    include_str!("assets/data.js"),
    include_str!("assets/parts.js"),
    include_str!("assets/graph.js"),
    include_str!("assets/timeline.js"),
    include_str!("assets/list.js"),
    include_str!("assets/detail.js"),
    include_str!("assets/overview.js"),
    include_str!("assets/app.js"),
    "})();\n"
);

const BODY: &str = include_str!("assets/body.html");

/// The page with these data.
pub(super) fn html(title: &str, json: &str) -> String {
    let policy = format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
        digest::source(SCRIPT),
        digest::source(STYLE)
    );
    let title = escaped(title);
    // Nothing in the data ends the element that it is in.
    let json = json.replace('<', "\\u003c");
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"generator\" content=\"cargo-leakcheck {version}\">\n<title>leakcheck: {title}</title>\n<style>{STYLE}</style>\n</head>\n\
         <body>\n{BODY}<script type=\"application/json\" id=\"data\">{json}</script>\n<script>{SCRIPT}</script>\n</body>\n</html>\n",
        version = env!("CARGO_PKG_VERSION"),
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_small_and_names_nothing_elsewhere() {
        let page = html("", "{}");
        assert!(page.len() < 300 << 10, "{} bytes", page.len());
        for outside in ["src=", "@import", "url(", "fetch(", "innerHTML", "XMLHttp"] {
            assert!(!page.contains(outside), "{outside}");
        }
        for link in page.split("http").skip(1) {
            let is_name = link.starts_with("://www.w3.org/2000/svg") || link.starts_with("-equiv");
            assert!(is_name, "{}", &link[..40]);
        }
    }

    #[test]
    fn nothing_ends_early() {
        let page = html("</title><script>", "{\"a\":\"</script><!--<script>\"}");
        assert_eq!(page.matches("<script").count(), 2);
        assert_eq!(page.matches("</script>").count(), 2);
        assert_eq!(page.matches("</title>").count(), 1);
        assert!(page.contains(r#"{"a":"\u003c/script>\u003c!--\u003cscript>"}"#));
    }
}
