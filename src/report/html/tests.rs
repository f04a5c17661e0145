use crate::markup::policy_hash;
use crate::report::fixture::{small, week, whole};
use crate::report::{Report, ReportInput, render_html};

/// Returns every tag of a page: its name and what stands in it; end tags have a slash.
fn tags(page: &str) -> Vec<(&str, &str)> {
    let tags = page.split('<').skip(1).filter_map(|part| part.split_once('>'));
    tags.map(|(tag, _)| tag.split_once(' ').unwrap_or((tag, ""))).collect()
}

fn pages() -> [String; 3] {
    [small(), whole(), ReportInput::empty(week())].map(|input| render_html(&Report::new(input)))
}

#[test]
fn every_element_is_closed_in_order() {
    const VOID: [&str; 3] = ["meta", "!doctype", "polyline"];
    for page in pages() {
        let mut open = Vec::new();
        for (name, rest) in tags(&page) {
            if let Some(name) = name.strip_prefix('/') {
                assert_eq!(open.pop(), Some(name), "{page}");
            } else if !VOID.contains(&name) && !rest.ends_with('/') {
                open.push(name);
            }
        }
        assert!(open.is_empty(), "{open:?}");
    }
}

#[test]
fn nothing_from_a_log_becomes_markup() {
    let [_, page, _] = pages();
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(page.contains("&lt;/pre&gt;&lt;script&gt;alert(2)"));
    for unwanted in ["<script", "<b>", "javascript:", " onerror=", "\u{1b}"] {
        assert!(!page.contains(unwanted), "{unwanted}");
    }
}

#[test]
fn the_page_needs_neither_network_nor_script_nor_inline_style() {
    for page in pages() {
        let (_, style) = page.split_once("<style>").unwrap();
        let (style, _) = style.split_once("</style>").unwrap();
        assert!(page.contains(&format!("style-src {};", policy_hash(style))));
        for unwanted in ["@import", "url(", " src=", " style=", "<link", "<iframe"] {
            assert!(!page.contains(unwanted), "{unwanted}");
        }
    }
}

#[test]
fn there_is_one_title_and_no_level_of_headings_is_left_out() {
    for page in pages() {
        let levels = tags(&page).into_iter().filter_map(|(name, _)| {
            name.strip_prefix('h').and_then(|level| level.parse::<u32>().ok())
        });
        let levels: Vec<u32> = levels.collect();
        assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1);
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
    }
}

#[test]
fn every_link_inside_the_page_leads_somewhere() {
    for page in pages() {
        for link in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert_eq!(page.matches(&format!(" id=\"{link}\"")).count(), 1, "{link}");
        }
    }
}

#[test]
fn every_picture_is_told_in_words_and_every_header_says_what_it_heads() {
    let [small, whole, _] = pages();
    for page in [small, whole] {
        let tags = tags(&page);
        let of = |wanted: &str| {
            let found: Vec<&str> =
                tags.iter().filter(|(name, _)| *name == wanted).map(|(_, rest)| *rest).collect();
            assert!(!found.is_empty(), "{wanted}");
            found
        };
        for picture in of("svg") {
            assert!(picture.contains("role=\"img\"") && !picture.contains("aria-label=\"\""));
        }
        for header in of("th") {
            assert!(header.contains("scope=\"col\"") || header.contains("scope=\"row\""));
        }
    }
}

#[test]
fn the_page_tells_what_the_text_tells() {
    let [_, page, _] = pages();
    for told in [
        "New this week",
        "Came back after a fix",
        "Fixed, not proved yet",
        "Verified gone",
        "Being worked on",
        "Accepted and documented",
        "Done this week",
        "Silence",
        "901 bytes in 1 place were destroyed before they were read.",
        "is overwritten every 7 minutes",
        "523 rules: 500 stable, 20 on trial, 3 deprecated.",
        "3.1 % chance had nothing changed",
        "Cost: (handling minutes",
        "store 4f2a · catalogue 9c01",
    ] {
        assert!(page.contains(told), "{told}");
    }
}
