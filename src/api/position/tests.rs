//! Answers as tables: what is asked next, and what is said to be lost.

use jiff::tz::TimeZone;

use super::*;

const PAGE: u32 = 1_000;
const NOW: &str = "2026-09-07T12:00:00Z";

fn at(text: &str) -> Millis {
    Millis::parse(text).unwrap()
}

/// Returns seconds behind noon, as a moment.
fn second(second: i64) -> Millis {
    Millis::new(at(NOW).get() + second * 1_000)
}

fn seconds() -> Grid {
    Grid { tick: 1_000, zone: TimeZone::UTC, page: PAGE }
}

/// A lane of which noon was read last, its clock, and the moment that it is.
struct Case {
    position: Position,
    grid: Grid,
    now: Millis,
}

impl Case {
    fn new() -> Self {
        let mut case = Self::begin(seconds(), at(NOW));
        case.answer(&[second(0)], true);
        case
    }

    fn begin(grid: Grid, since: Millis) -> Self {
        let now = Millis::new(since.get() + 60_000);
        Self { position: Position::new("", since, 2_000), grid, now }
    }

    fn question(&self) -> Question {
        self.position.question(&self.grid)
    }

    /// Answers the next question with entries of these times.
    fn answer(&mut self, times: &[Millis], is_whole: bool) -> Meaning {
        let mut facts = Facts::default();
        for time in times {
            facts.add(*time);
        }
        let asked = (self.question(), is_whole);
        self.position.settle(asked, &facts, &self.grid, self.now)
    }

    /// Answers with as many entries as are asked for, from one moment to another.
    fn full(&mut self, from: Millis, to: Millis) -> Meaning {
        let limit = i64::from(self.question().limit);
        let step = |nth: i64| from.get() + (to.get() - from.get()) * nth / (limit - 1).max(1);
        let times: Vec<_> = (0..limit).map(|nth| Millis::new(step(nth))).collect();
        self.answer(&times, true)
    }

    #[track_caller]
    fn asks(&self, from: Millis, limit: u32) {
        assert_eq!(self.question(), Question { from, limit });
    }
}

#[test]
fn a_question_reaches_back_over_the_last_entry() {
    let mut case = Case::new();
    case.asks(second(-2), PAGE);
    assert_eq!(case.answer(&[second(3), second(5), second(4)], true), Meaning::default());
    case.asks(second(3), PAGE);
    assert_eq!(case.answer(&[], true), Meaning::default());
    case.asks(second(3), PAGE);
}

#[test]
fn a_full_answer_is_asked_on_at_once_and_the_overlap_comes_back_with_the_last() {
    let mut case = Case::new();
    assert!(case.full(second(-2), second(9)).is_more);
    case.asks(second(8), PAGE);
    assert!(!case.answer(&[second(8), second(10)], true).is_more);
    case.asks(second(8), PAGE);
}

#[test]
fn answers_that_are_short_of_the_end_do_not_go_back() {
    let mut case = Case::new();
    case.full(second(-2), second(9));
    case.asks(second(8), PAGE);
    // The first entries of the overlap fill the answer.
    let meaning = case.full(second(8), Millis::new(second(8).get() + 500));
    assert!(meaning.is_more);
    case.asks(second(8), PAGE * 2);
}

#[test]
fn an_answer_full_of_one_second_is_asked_for_in_larger_pieces() {
    let mut case = Case::new();
    for doubled in 0..3 {
        case.asks(second(-2), PAGE << doubled);
        let meaning = case.full(second(-2), second(-1));
        assert_eq!(meaning, Meaning { is_more: true, ..Meaning::default() });
    }
    assert!(!case.answer(&[second(0), second(4)], true).is_more);
    case.asks(second(2), PAGE);
}

#[test]
fn a_server_that_hands_out_no_more_is_asked_with_the_least_overlap_and_then_past_the_second() {
    let mut case = Case::new();
    let thousand = |at| vec![at; 1_000];
    assert!(case.answer(&thousand(second(0)), true).is_more);
    case.asks(second(-1), PAGE);
    assert!(case.answer(&thousand(second(0)), true).is_more);
    case.asks(second(-1), PAGE * 2);
    // No more than before came, twice.
    assert!(case.answer(&thousand(second(0)), true).is_more);
    case.asks(second(-1), PAGE * 4);
    let meaning = case.answer(&thousand(second(0)), true);
    assert_eq!(meaning, Meaning { is_more: true, ..Meaning::default() });
    case.asks(second(0), PAGE);
    let mut lost = Vec::new();
    while lost.is_empty() {
        // There is more behind.
        let is_behind = case.question().from > second(0);
        let answer = if is_behind { vec![second(7)] } else { thousand(second(0)) };
        let meaning = case.answer(&answer, true);
        assert!(meaning.is_more);
        lost.extend(meaning.loss);
    }
    assert_eq!(
        lost,
        ["the server hands out no more than 1000 entries from 2026-09-07T12:00:00.000Z on; \
          there may be more of that moment"]
    );
    case.asks(second(1), PAGE);
}

#[test]
fn as_many_entries_of_one_second_as_are_asked_for_may_be_all() {
    let mut case = Case::new();
    let all = vec![second(0); PAGE as usize];
    let mut is_more = true;
    while is_more {
        let is_behind = case.question().from > second(0);
        let meaning = case.answer(if is_behind { &[] } else { &all }, true);
        assert_eq!((meaning.loss, meaning.trouble), (None, None));
        is_more = meaning.is_more;
    }
    assert!(case.question().from <= second(0), "more of that second may be written");
    // What comes while the server is asked for more is no proof that it hides some.
    let grown = [all, vec![second(3)]].concat();
    while case.question().from <= second(0) {
        assert_eq!(case.answer(&grown, true).loss, None);
    }
}

#[test]
fn an_answer_that_is_repeated_is_not_taken_for_all_that_is_there() {
    let mut case = Case::new();
    let half = vec![second(0); PAGE as usize];
    case.answer(&half, true);
    while case.question().from <= second(0) {
        case.answer(&half, true); // Again and again, whatever is asked.
    }
    case.answer(&[second(5)], true);
    let meaning = case.answer(&[second(5)], true);
    assert_eq!(meaning.trouble, Some(Trouble::Repeated));
    assert!(case.question().from <= second(0), "the rest of that second was not handed out");
}

#[test]
fn the_newest_first_do_not_hide_what_is_older() {
    let mut case = Case::new();
    // As many as asked for, but those at the end of a longer list, and backwards.
    let times: Vec<_> = (0..1_000).map(|nth| second(5_000 - nth)).collect();
    case.now = second(9_000);
    assert!(case.answer(&times, true).is_more);
    assert!(case.question().from <= second(4_001), "what is before was not handed out");
}

#[test]
fn an_answer_to_another_question_moves_nothing() {
    let mut case = Case::new();
    let before = case.question();
    let meaning = case.full(second(-90), second(-50));
    assert_eq!(meaning.trouble, Some(Trouble::Repeated));
    assert!(!meaning.is_more);
    assert_eq!(case.question(), before);
}

#[test]
fn an_answer_of_another_lane_moves_nothing() {
    let mut case = Case::new();
    let before = case.position.clone();
    let mut facts = Facts::default();
    facts.add(second(9));
    facts.add_foreign();
    let meaning = case.position.settle((case.question(), true), &facts, &case.grid, case.now);
    assert_eq!(meaning.trouble, Some(Trouble::Repeated));
    assert_eq!(case.position, before);
}

#[test]
fn an_answer_that_is_cut_counts_as_far_as_it_goes() {
    let mut case = Case::new();
    let meaning = case.answer(&[second(-1), second(7)], false);
    assert_eq!(meaning.trouble, Some(Trouble::Cut));
    case.asks(second(6), PAGE);
    let meaning = case.answer(&[], false);
    assert_eq!(meaning.trouble, Some(Trouble::Cut));
    // Less may come through.
    case.asks(second(6), PAGE / 2);
}

#[test]
fn the_position_does_not_run_ahead_of_the_clock() {
    let mut case = Case::new();
    let now = case.now;
    case.answer(&[second(2), Millis::new(now.get() + 86_400_000)], true);
    case.asks(Millis::new(now.get() - 2_000), PAGE);
}

#[test]
fn a_repeated_hour_is_read_whole_before_it_is_left() {
    let grid = || Grid { zone: TimeZone::get("America/Toronto").unwrap(), ..seconds() };
    // 01:20 of the first pass.
    let mut case = Case::begin(grid(), at("2026-11-01T05:20:00Z"));
    case.now = at("2026-11-01T09:00:00Z");
    let from = at("2026-11-01T04:59:58Z");
    case.asks(from, PAGE);
    // Both passes do not fit: more is asked for, from the same moment.
    assert!(case.full(at("2026-11-01T05:00:00Z"), at("2026-11-01T05:59:00Z")).is_more);
    case.asks(from, PAGE * 2);
    assert!(!case.answer(&[at("2026-11-01T05:59:59Z"), at("2026-11-01T05:10:00Z")], true).is_more);
    case.asks(from, PAGE * 2);
    // Entries of the second pass are no late ones.
    case.position.note_late(1, &case.grid);
    case.asks(from, PAGE * 2);
    // 02:00:03, behind both.
    case.answer(&[at("2026-11-01T07:00:03Z")], true);
    case.asks(at("2026-11-01T07:00:01Z"), PAGE);
}

#[test]
fn what_was_purged_while_nobody_asked_is_told() {
    let hours = |hours: i64| second(hours * 3_600);
    for (away, answer, is_told) in [
        // What was read last is still there.
        (72, vec![second(0), hours(70)], false),
        (72, vec![hours(50), hours(70)], true),
        (72, vec![], false),
        // It was asked for all the time, so nothing came and went.
        (0, vec![hours(50), hours(70)], false),
    ] {
        let mut case = Case::new();
        case.now = Millis::new(case.now.get() + hours(away).get() - second(0).get());
        let loss = case.answer(&answer, true).loss;
        assert_eq!(loss.is_some(), is_told, "{away} {answer:?}: {loss:?}");
    }
}

#[test]
fn late_entries_lengthen_the_overlap_up_to_five_minutes() {
    let mut case = Case::new();
    case.position.note_late(0, &seconds());
    case.asks(second(-2), PAGE);
    case.position.note_late(1, &seconds());
    case.asks(second(-4), PAGE);
    (0..20).for_each(|_| case.position.note_late(1, &seconds()));
    case.asks(second(-300), PAGE);
}

#[test]
fn one_entry_that_is_too_large_is_given_up_with_a_word() {
    let mut case = Case::new();
    let mut lost = None;
    while lost.is_none() {
        let asked = case.question();
        assert_eq!(asked.from, second(-2));
        lost = case.position.shrink_for_good(asked, &case.grid);
    }
    assert_eq!(
        lost.as_deref(),
        Some("an answer with one entry, asked for from 2026-09-07T11:59:58.000Z on, is too large")
    );
    case.asks(second(-1), 1);
}

#[test]
fn slow_answers_lose_nothing() {
    let mut case = Case::new();
    for _ in 0..20 {
        let asked = case.question();
        case.position.shrink(asked);
    }
    case.asks(second(-2), 1);
    // One entry at a time does not reach further, so more is asked for, and nothing is given up.
    let mut n_answers = 0;
    while case.question().limit < 512 {
        assert_eq!(case.full(second(-2), second(-1)).loss, None);
        case.asks(second(-2), 2 << n_answers);
        n_answers += 1;
    }
}

/// Fills a second until it is asked what is behind it.
fn look_behind() -> Case {
    let mut case = Case::new();
    while case.question().from <= second(0) {
        assert!(case.answer(&[second(0); PAGE as usize], true).is_more);
    }
    case
}

/// Answers with the same full second until something is given up.
#[track_caller]
fn give_up_second(case: &mut Case) {
    for _ in 0..16 {
        assert!(case.question().from <= second(0), "its rest was not handed out");
        if let Some(loss) = case.answer(&[second(0); PAGE as usize], true).loss {
            assert!(loss.contains("no more than 1000 entries"), "{loss}");
            return case.asks(second(1), PAGE);
        }
    }
    panic!("the second is asked for again and again");
}

#[test]
fn one_entry_tells_that_there_is_something_behind_a_second() {
    let mut case = look_behind();
    case.asks(second(1), 1);
    assert!(case.answer(&[second(7)], true).is_more);
}

#[test]
fn what_is_too_large_behind_a_second_is_not_asked_for_again_and_again() {
    let mut case = look_behind();
    assert_eq!(case.position.shrink_for_good(case.question(), &seconds()), None);
    case.asks(second(0), PAGE * 4);
    give_up_second(&mut case);
    // It is given up as any other, in its turn.
    let mut lost = None;
    while lost.is_none() {
        lost = case.position.shrink_for_good(case.question(), &seconds());
    }
    case.asks(second(2), 1);
}

#[test]
fn a_slow_answer_behind_a_second_is_waited_for() {
    let mut case = look_behind();
    case.position.shrink(case.question());
    case.asks(second(1), 1);
    assert_eq!(case.answer(&[], true), Meaning::default());
    case.asks(second(0), PAGE * 4);
}

#[test]
fn damage_behind_a_second_is_something_and_is_told_once() {
    let mut case = look_behind();
    let mut facts = Facts::default();
    facts.add_damage(7);
    let asked = (case.question(), true);
    assert!(case.position.settle(asked, &facts, &case.grid, case.now).is_more);
    give_up_second(&mut case);
    assert!(case.position.has_damage(7));
    // Once it has shown again, it is told from what comes later as any other damage is.
    let asked = (case.question(), true);
    case.position.settle(asked, &facts, &case.grid, case.now);
    assert!(case.position.has_damage(7));
    case.answer(&[second(9)], true);
    assert!(!case.position.has_damage(7));
}
