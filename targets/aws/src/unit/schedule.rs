//! Schedules as EventBridge Scheduler writes them.

use klo_intent::Schedule;

/// Weekdays in cron's order, which begins at 0; EventBridge counts from 1, so names are written.
const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// The expressions that together fire when a schedule does: one, or two for a cron expression with
/// both day fields set, which fires when either holds, while EventBridge takes only one of them.
/// Amazon EventBridge Scheduler user guide, "Schedule types", 2026-11.
pub(crate) fn expressions(schedule: &Schedule) -> Vec<String> {
    match schedule {
        Schedule::Rate { .. } => vec![schedule.to_string()],
        Schedule::Cron([minute, hour, day, month, weekday]) => {
            let (minute, hour) = (field(minute, 0), field(hour, 0));
            let month = field(month, 1);
            let by_day = |day: &str| format!("cron({minute} {hour} {day} {month} ? *)");
            let by_weekday = |weekday: &str| format!("cron({minute} {hour} ? {month} {weekday} *)");
            match (day.as_str(), weekday.as_str()) {
                (day, "*") => vec![by_day(&field(day, 1))],
                ("*", weekday) => vec![by_weekday(&weekdays(weekday))],
                (day, weekday) => vec![by_day(&field(day, 1)), by_weekday(&weekdays(weekday))],
            }
        }
    }
}

/// A field other than the weekday: steps over a range become a list, steps over everything begin at
/// the field's least value.
fn field(field: &str, least: u32) -> String {
    let part = |part: &str| -> String {
        let Some((range, step)) = part.split_once('/') else {
            return part.to_owned();
        };
        let step: u32 = step.parse().unwrap_or(1).max(1);
        let bounds = range
            .split_once('-')
            .and_then(|(from, to)| Some((from.parse::<u32>().ok()?, to.parse::<u32>().ok()?)));
        match (range, bounds) {
            ("*", _) if step == 1 => "*".to_owned(),
            ("*", _) => format!("{least}/{step}"),
            (_, Some((from, to))) => (from..=to)
                .step_by(step as usize)
                .map(|value| value.to_string())
                .collect::<Vec<_>>()
                .join(","),
            (from, None) => format!("{from}/{step}"),
        }
    };
    let parts: Vec<String> = field.split(',').map(part).collect();
    if parts.iter().any(|part| part == "*") {
        return "*".to_owned();
    }
    parts.join(",")
}

/// The weekday field by names: `1-5` is `MON-FRI`, `5-7` is `SUN,FRI-SAT`.
fn weekdays(field: &str) -> String {
    let mut on = [false; 7];
    for part in field.split(',') {
        let (range, step) = part.split_once('/').unwrap_or((part, "1"));
        let (from, to) = match range.split_once('-') {
            Some((from, to)) => (weekday(from), weekday(to)),
            None if range == "*" => (0, 6),
            // A step from one day on runs to the end of the week.
            None if part.contains('/') => (weekday(range), 6),
            None => (weekday(range), weekday(range)),
        };
        let step: usize = step.parse().unwrap_or(1).max(1);
        for day in (from..=to).step_by(step) {
            on[day % 7] = true;
        }
    }
    let mut runs: Vec<String> = Vec::new();
    let mut day = 0;
    while day < 7 {
        if !on[day] {
            day += 1;
            continue;
        }
        let end = (day..7).take_while(|next| on[*next]).last().unwrap_or(day);
        runs.push(if end == day {
            DAYS[day].to_owned()
        } else {
            format!("{}-{}", DAYS[day], DAYS[end])
        });
        day = end + 1;
    }
    match runs.as_slice() {
        [all] if all == "SUN-SAT" => "*".to_owned(),
        _ => runs.join(","),
    }
}

/// A weekday's number, 0 to 7; both ends are Sunday.
fn weekday(text: &str) -> usize {
    DAYS.iter()
        .position(|day| day.eq_ignore_ascii_case(text))
        .or_else(|| text.parse().ok())
        .unwrap_or(0)
        .min(7)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<String> {
        expressions(&Schedule::parse(text).unwrap())
    }

    #[test]
    fn cron_of_five_fields_becomes_six() {
        for (cron, aws) in [
            ("30 2 * * *", "cron(30 2 * * ? *)"),
            ("*/15 * * * *", "cron(0/15 * * * ? *)"),
            ("0 9-17/2 * * *", "cron(0 9,11,13,15,17 * * ? *)"),
            ("0 0 1 jan,jul *", "cron(0 0 1 JAN,JUL ? *)"),
            ("0 0 */2 * *", "cron(0 0 1/2 * ? *)"),
            ("*/1 * * * *", "cron(* * * * ? *)"),
            ("0 0 * */3 *", "cron(0 0 * 1/3 ? *)"),
        ] {
            assert_eq!(of(cron), [aws], "{cron}");
        }
    }

    #[test]
    fn weekdays_are_renumbered() {
        for (weekday, aws) in [
            ("0", "SUN"),
            ("7", "SUN"),
            ("1-5", "MON-FRI"),
            ("mon-fri", "MON-FRI"),
            ("5-7", "SUN,FRI-SAT"),
            ("6,0", "SUN,SAT"),
            ("*/2", "SUN,TUE,THU,SAT"),
            ("1-5/2", "MON,WED,FRI"),
            ("0-6", "*"),
            ("0,1,2,3,4,5,6", "*"),
        ] {
            assert_eq!(
                of(&format!("0 3 * * {weekday}")),
                [format!("cron(0 3 ? * {aws} *)")],
                "{weekday}"
            );
        }
    }

    #[test]
    fn both_day_fields_become_two_schedules() {
        assert_eq!(
            of("0 3 1 * 1"),
            ["cron(0 3 1 * ? *)", "cron(0 3 ? * MON *)"]
        );
    }

    #[test]
    fn rates() {
        assert_eq!(of("rate(1 hour)"), ["rate(1 hour)"]);
        assert_eq!(of("rate(5 minutes)"), ["rate(5 minutes)"]);
    }
}
