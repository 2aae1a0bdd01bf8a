use super::desk::*;
use crate::actors::order_manager::*;
use crate::domain::Backorder;

#[test]
fn a_day_that_not_even_goods_in_the_house_can_meet_is_refused_with_the_earliest() {
    for (days, is_refused) in [(2, true), (3, false)] {
        let mut desk = Desk::new();
        let mut place = place_order();
        place.backorder = Backorder::AcceptUntil(desk.day(days));
        let turn = desk.tell(Message::Place(Box::new(place)));
        let refused =
            is_refused.then(|| Outcome::OutOfStock { order: desk.refused(), earliest: Some(desk.day(3)) });
        assert_eq!(answer(&turn).map(|answer| answer.outcome), refused, "{days}");
        assert_eq!(asks(&turn).iter().any(|asked| asked.contains("Reserve")), !is_refused, "{days}");
    }
}
