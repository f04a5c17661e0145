use super::*;

#[test]
fn throw_away() {
    let report = Report::new(fixture::rich());
    for width in [100, 80] {
        std::fs::write(
            format!("/tmp/r{width}.txt"),
            render_text(&report, TextStyle { width, color: Color::Never }),
        )
        .unwrap();
    }
    std::fs::write(
        "/tmp/rc.txt",
        render_text(&report, TextStyle { width: 100, color: Color::Always }),
    )
    .unwrap();
    std::fs::write("/tmp/r.md", render_markdown(&report)).unwrap();
    std::fs::write("/tmp/r.json", render_json(&report)).unwrap();
    let report = Report::new(fixture::small());
    std::fs::write("/tmp/small.txt", render_text(&report, TextStyle::default())).unwrap();
}
