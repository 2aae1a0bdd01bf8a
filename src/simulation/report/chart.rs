//! Charts as inline SVG: what is drawn is computed here; how it looks is the page's style sheet, for light and dark.
//! Paths of areas, lines and bars are a few lines each, and take their colours from the page, which no chart crate's do.

use std::fmt::Write as _;

/// Of the whole drawing, in its own units.
pub const WIDTH: f64 = 720.0;
pub const HEIGHT: f64 = 280.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 46.0;
/// Of a slot for a bar, so much is bar.
const BAR_PART: f64 = 0.8;
const TICKS_ABOUT: f64 = 5.0;

/// What is drawn over time, or over kinds: one value for each sample.
pub struct Series {
    pub label: String,
    pub values: Vec<f64>,
}

pub struct Chart {
    pub title: String,
    /// What it shows, a sentence.
    pub says: String,
    pub x_label: &'static str,
    pub y_label: &'static str,
    pub shapes: Vec<Shape>,
    pub x_ticks: Vec<Tick>,
    pub y_ticks: Vec<Tick>,
    /// A moment of its own.
    pub mark: Option<Tick>,
}

/// An area, a line or bars of one series.
pub struct Shape {
    /// `area` or `line`.
    pub kind: &'static str,
    /// Which colour, from 0.
    pub colour: usize,
    pub path: String,
    pub label: String,
}

pub struct Tick {
    pub at: f64,
    pub label: String,
}

/// What stands around a chart.
pub struct Frame {
    pub title: String,
    pub says: String,
    pub x_label: &'static str,
    pub y_label: &'static str,
}

impl Chart {
    /// Areas on one another, over `days`.
    pub fn stacked(frame: Frame, days: f64, series: Vec<Series>, mark: Option<(f64, &str)>) -> Chart {
        let y = Scale::of(highest_sum(&series));
        let mut below = vec![0.0; samples(&series)];
        let mut shapes = vec![];
        for (colour, one) in series.into_iter().enumerate() {
            let above: Vec<f64> = below.iter().zip(&one.values).map(|(below, value)| below + value).collect();
            let path = area(&points(&below, &y), &points(&above, &y));
            shapes.push(Shape { kind: "area", colour, path, label: one.label });
            below = above;
        }
        Chart::over_days(frame, days, shapes, &y, mark)
    }

    /// Lines over `days`.
    pub fn lines(frame: Frame, days: f64, series: Vec<Series>, mark: Option<(f64, &str)>) -> Chart {
        let highest = series.iter().flat_map(|one| &one.values).fold(0.0, |max: f64, value| max.max(*value));
        let y = Scale::of(highest);
        let shape = |(colour, one): (usize, Series)| {
            let path = format!("M{}", joined(&points(&one.values, &y)));
            Shape { kind: "line", colour, path, label: one.label }
        };
        let shapes = series.into_iter().enumerate().map(shape).collect();
        Chart::over_days(frame, days, shapes, &y, mark)
    }

    /// Bars on one another, over `days`.
    pub fn bars_over_days(frame: Frame, days: f64, series: Vec<Series>, mark: Option<(f64, &str)>) -> Chart {
        let (shapes, y) = bars(series);
        Chart::over_days(frame, days, shapes, &y, mark)
    }

    /// A bar for each kind.
    pub fn bars(frame: Frame, kinds: &[&str], series: Vec<Series>) -> Chart {
        let (shapes, y) = bars(series);
        let slot = plot_width() / kinds.len().max(1) as f64;
        let tick = |(place, label): (usize, &&str)| Tick {
            at: LEFT + slot * (place as f64 + 0.5),
            label: (*label).to_owned(),
        };
        let x_ticks = kinds.iter().enumerate().map(tick).collect();
        Chart::new(frame, shapes, x_ticks, &y, None)
    }

    fn over_days(frame: Frame, days: f64, shapes: Vec<Shape>, y: &Scale, mark: Option<(f64, &str)>) -> Chart {
        let at = |day: f64| LEFT + plot_width() * day / days;
        let step = (days / 10.0).max(0.01);
        let step = if days >= 5.0 { step.ceil() } else { nice(step) };
        let tick =
            |count: u32| Tick { at: at(f64::from(count) * step), label: number(f64::from(count) * step) };
        let x_ticks = (0..).take_while(|count| f64::from(*count) * step <= days * 1.0001).map(tick).collect();
        let mark = mark.filter(|(day, _)| *day <= days);
        let mark = mark.map(|(day, label)| Tick { at: at(day), label: label.to_owned() });
        Chart::new(frame, shapes, x_ticks, y, mark)
    }

    fn new(frame: Frame, shapes: Vec<Shape>, x_ticks: Vec<Tick>, y: &Scale, mark: Option<Tick>) -> Chart {
        let Frame { title, says, x_label, y_label } = frame;
        Chart { title, says, x_label, y_label, shapes, x_ticks, y_ticks: y.ticks(), mark }
    }

    /// For the template: the borders of the plot.
    pub fn left(&self) -> f64 {
        LEFT
    }

    pub fn right(&self) -> f64 {
        WIDTH - RIGHT
    }

    pub fn top(&self) -> f64 {
        TOP
    }

    pub fn bottom(&self) -> f64 {
        HEIGHT - BOTTOM
    }
}

fn plot_width() -> f64 {
    WIDTH - LEFT - RIGHT
}

/// From nothing to a round number that is enough.
struct Scale {
    max: f64,
    step: f64,
}

impl Scale {
    fn of(highest: f64) -> Scale {
        let step = nice((highest / TICKS_ABOUT).max(0.2));
        let step = step.max(if highest > 2.0 { 1.0 } else { step });
        Scale { max: (highest / step).ceil().max(1.0) * step, step }
    }

    fn at(&self, value: f64) -> f64 {
        HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / self.max
    }

    fn ticks(&self) -> Vec<Tick> {
        let count = (self.max / self.step).round() as u32;
        let value = |count: u32| f64::from(count) * self.step;
        (0..=count).map(|n| Tick { at: self.at(value(n)), label: number(value(n)) }).collect()
    }
}

/// 1, 2 or 5 of a power of ten, not below `step`.
fn nice(step: f64) -> f64 {
    let power = 10f64.powf(step.log10().floor());
    let of_power = [1.0, 2.0, 5.0].into_iter().map(|times| times * power);
    of_power.into_iter().find(|one| *one >= step * 0.9999).unwrap_or(10.0 * power)
}

/// Without a fraction where it has none.
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn samples(series: &[Series]) -> usize {
    series.first().map_or(0, |one| one.values.len())
}

fn highest_sum(series: &[Series]) -> f64 {
    let sum = |sample: usize| series.iter().map(|one| one.values[sample]).sum::<f64>();
    (0..samples(series)).map(sum).fold(0.0, f64::max)
}

fn points(values: &[f64], y: &Scale) -> Vec<(f64, f64)> {
    let last = values.len().saturating_sub(1).max(1) as f64;
    let at = |(sample, value): (usize, &f64)| (LEFT + plot_width() * sample as f64 / last, y.at(*value));
    values.iter().enumerate().map(at).collect()
}

fn joined(points: &[(f64, f64)]) -> String {
    let texts: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1} {y:.1}")).collect();
    texts.join("L")
}

fn area(below: &[(f64, f64)], above: &[(f64, f64)]) -> String {
    let back: Vec<(f64, f64)> = below.iter().rev().copied().collect();
    format!("M{}L{}Z", joined(above), joined(&back))
}

fn bars(series: Vec<Series>) -> (Vec<Shape>, Scale) {
    let y = Scale::of(highest_sum(&series));
    let slot = plot_width() / samples(&series).max(1) as f64;
    let mut below = vec![0.0; samples(&series)];
    let mut shapes = vec![];
    for (colour, one) in series.into_iter().enumerate() {
        let mut path = String::new();
        for (place, value) in one.values.iter().enumerate().filter(|(_, value)| **value > 0.0) {
            let left = LEFT + slot * (place as f64 + (1.0 - BAR_PART) / 2.0);
            let (from, to) = (y.at(below[place]), y.at(below[place] + value));
            let (width, height) = (slot * BAR_PART, from - to);
            write!(path, "M{left:.1} {to:.1}h{width:.1}v{height:.1}h-{width:.1}Z")
                .expect("a string takes all that is written to it");
        }
        below.iter_mut().zip(&one.values).for_each(|(below, value)| *below += value);
        shapes.push(Shape { kind: "area", colour, path, label: one.label });
    }
    (shapes, y)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame() -> Frame {
        Frame { title: "t".into(), says: "s".into(), x_label: "x", y_label: "y" }
    }

    fn series(values: &[f64]) -> Series {
        Series { label: "one".into(), values: values.to_vec() }
    }

    #[test]
    fn a_scale_ends_on_a_round_number_that_is_enough() {
        for (highest, max) in [(0.0, 0.2), (1.0, 1.0), (3.0, 3.0), (7.0, 8.0), (99.0, 100.0), (101.0, 150.0)]
        {
            assert!((Scale::of(highest).max - max).abs() < 1e-9, "{highest}: {}", Scale::of(highest).max);
        }
    }

    #[test]
    fn areas_stand_on_one_another() {
        let chart = Chart::stacked(frame(), 2.0, vec![series(&[1.0, 1.0]), series(&[1.0, 0.0])], None);
        let (bottom, top) = (chart.bottom(), chart.top());
        let (left, right) = (chart.left(), chart.right());
        let middle = f64::midpoint(bottom, top);
        let second = format!(
            "M{left:.1} {top:.1}L{right:.1} {middle:.1}L{right:.1} {middle:.1}L{left:.1} {middle:.1}Z"
        );
        assert_eq!(chart.shapes[1].path, second);
    }

    #[test]
    fn nothing_to_draw_is_drawn_as_nothing() {
        for chart in [
            Chart::stacked(frame(), 1.0, vec![], None),
            Chart::lines(frame(), 1.0, vec![series(&[])], None),
            Chart::bars(frame(), &[], vec![]),
            Chart::bars_over_days(frame(), 1.0, vec![series(&[0.0, 0.0])], Some((0.5, "m"))),
        ] {
            assert!(!chart.y_ticks.is_empty());
            assert!(chart.shapes.iter().all(|shape| !shape.path.contains("NaN")));
        }
    }
}
