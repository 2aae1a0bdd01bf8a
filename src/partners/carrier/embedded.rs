//! A simulated carrier: a truck that stops at our door at fixed hours, every day of the week.
//!
//! Pure: the tracking number comes from the key, every time from the booking. It therefore forgets
//! that a parcel was cancelled; who cancelled it must not track it.

use jiff::tz::TimeZone;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::{
    Booking, BookingRequest, CancelAnswer, CancelRequest, Carrier, TrackRequest, Tracking, tracking,
};
use crate::domain::quote::{Method, Place, Step, Zone};
use crate::domain::{CountryCode, Timestamp};
use crate::partners::{Answered, PendingAnswer, at_once};

/// The hours of our day at which the truck stops at our door.
pub const STOP_HOURS: [u64; 2] = [10, 16];
/// A parcel booked later than this before a stop waits for the next one.
const NOTICE_MINUTES: u64 = 30;
/// The driver is on the road between these hours, by our clock.
const DELIVERY_HOUR_FIRST: u64 = 8;
const DELIVERY_HOUR_LAST: u64 = 18;

const DOMESTIC: &str = "GB";
const NEIGHBOURS: [&str; 30] = [
    "AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS",
    "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI",
];
const EXTRA_DAYS_TO_NEIGHBOURS: u32 = 2;
const EXTRA_DAYS_OVERSEAS: u32 = 5;

const DRAW_DAYS: u64 = 1;
const DRAW_MINUTE: u64 = 2;

/// The zones that it serves, at one price, with the days that it takes: at home `days` at the most, and longer abroad.
pub fn embedded_zones(price: i64, days: u32) -> Vec<Zone> {
    let zone = |name: &str, places: Vec<Place>, extra: u32| {
        let days = (1.min(days) + extra, days + extra);
        let steps = vec![Step { grams_max: None, price }];
        let method = Method { id: "standard".into(), title: "Delivery".into(), days, free_from: None, steps };
        Zone { name: name.to_owned(), places, methods: vec![method] }
    };
    let country =
        |code: &str| CountryCode::parse(code).map(Place::country).expect("the carrier's countries are some");
    vec![
        zone("home", vec![country(DOMESTIC)], 0),
        zone("neighbours", NEIGHBOURS.into_iter().map(country).collect(), EXTRA_DAYS_TO_NEIGHBOURS),
        zone("overseas", vec![], EXTRA_DAYS_OVERSEAS),
    ]
}

#[derive(Clone, Debug)]
pub struct EmbeddedCarrier {
    zone: TimeZone,
}

impl EmbeddedCarrier {
    /// `zone`: where our door is.
    pub fn in_zone(zone: TimeZone) -> EmbeddedCarrier {
        EmbeddedCarrier { zone }
    }

    /// Refused where the tracking number is not the booking's own.
    fn journey(&self, tracking: &str, booking: &BookingRequest) -> Result<Journey, String> {
        if !tracking::is_well_formed(tracking) {
            let why = format!("`{tracking}` is not a tracking number: check how it was written down");
            return Err(why);
        }
        if tracking != tracking::number(&booking.key) {
            let why = format!("{tracking} is not the parcel of shipment {}: ask with its own", booking.key);
            return Err(why);
        }
        let collected_at = next_stop(booking.booked_at, &self.zone);
        let delivered_at = delivery(tracking, &booking.country, collected_at, &self.zone);
        Ok(Journey { collected_at, delivered_at })
    }

    fn cancelled(&self, request: &CancelRequest) -> Result<CancelAnswer, String> {
        let journey = self.journey(&request.tracking, &request.booking)?;
        let collected = journey.collected_at <= request.asked_at;
        Ok(if collected { CancelAnswer::AlreadyCollected } else { CancelAnswer::Cancelled })
    }
}

impl Carrier for EmbeddedCarrier {
    fn name(&self) -> &str {
        "Milestone Parcels"
    }

    fn book(&self, request: BookingRequest) -> PendingAnswer<Booking> {
        let tracking = tracking::number(&request.key);
        let collection_at = next_stop(request.booked_at, &self.zone);
        at_once(Answered::Known(Booking { tracking, collection_at }))
    }

    fn track(&self, request: TrackRequest) -> PendingAnswer<Tracking> {
        let journey = self.journey(&request.tracking, &request.booking);
        at_once(Answered::from_result(journey.map(|journey| journey.seen_at(request.asked_at))))
    }

    fn cancel(&self, request: CancelRequest) -> PendingAnswer<CancelAnswer> {
        at_once(Answered::from_result(self.cancelled(&request)))
    }
}

/// When a parcel will have been where.
struct Journey {
    collected_at: Timestamp,
    delivered_at: Timestamp,
}

impl Journey {
    fn seen_at(&self, asked_at: Timestamp) -> Tracking {
        let until_now = |scan: Timestamp| (scan <= asked_at).then_some(scan);
        let to_come = [self.collected_at, self.delivered_at].into_iter().find(|&scan| scan > asked_at);
        Tracking {
            collected_at: until_now(self.collected_at),
            delivered_at: until_now(self.delivered_at),
            next_expected_at: to_come,
        }
    }
}

/// The first stop for which the booking comes early enough.
fn next_stop(booked_at: Timestamp, zone: &TimeZone) -> Timestamp {
    let ready_at = booked_at.plus_ms(NOTICE_MINUTES * Timestamp::HOUR_MS / 60);
    let today = ready_at.day_in(zone);
    let stops_today = STOP_HOURS.map(|hour| today.at(hour * 60, zone));
    let first_tomorrow = today.plus_days(1).at(STOP_HOURS[0] * 60, zone);
    stops_today.into_iter().find(|&stop| stop >= ready_at).unwrap_or(first_tomorrow)
}

/// The day after collection or the one after that, later abroad; at an hour of the number's own.
fn delivery(tracking: &str, country: &str, collected_at: Timestamp, zone: &TimeZone) -> Timestamp {
    let draw = |what| xxh3_64_with_seed(tracking.as_bytes(), what);
    let days = 1 + (draw(DRAW_DAYS) % 2) as u32 + extra_days(country);
    let minutes_on_the_road = (DELIVERY_HOUR_LAST - DELIVERY_HOUR_FIRST) * 60;
    let minute = DELIVERY_HOUR_FIRST * 60 + draw(DRAW_MINUTE) % (minutes_on_the_road + 1);
    collected_at.day_in(zone).plus_days(days).at(minute, zone)
}

fn extra_days(country: &str) -> u32 {
    let is = |other: &str| country.trim().eq_ignore_ascii_case(other);
    if is(DOMESTIC) {
        return 0;
    }
    if NEIGHBOURS.into_iter().any(is) { EXTRA_DAYS_TO_NEIGHBOURS } else { EXTRA_DAYS_OVERSEAS }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::quote::{DeliveryTable, Destination};
    use crate::domain::{Date, OrderId};
    use crate::partners::now;
    use proptest::prelude::*;

    const MINUTE_MS: u64 = 60_000;

    fn booking(key: &str, country: &str, booked_at: Timestamp) -> BookingRequest {
        BookingRequest {
            key: key.into(),
            order: OrderId::new(1, 1),
            weight_grams: Some(300),
            postcode: "EH1 1YZ".into(),
            country: country.into(),
            booked_at,
        }
    }

    fn at(day: Date, hour: u64, minute: u64) -> Timestamp {
        day.start().plus_ms((hour * 60 + minute) * MINUTE_MS)
    }

    fn in_utc() -> EmbeddedCarrier {
        EmbeddedCarrier::in_zone(TimeZone::UTC)
    }

    fn book(request: &BookingRequest) -> Booking {
        now(in_utc().book(request.clone())).known().unwrap()
    }

    fn track(request: &BookingRequest, asked_at: Timestamp) -> Tracking {
        let tracking = book(request).tracking;
        now(in_utc().track(TrackRequest { tracking, booking: request.clone(), asked_at })).known().unwrap()
    }

    fn cancel(request: &BookingRequest, asked_at: Timestamp) -> CancelAnswer {
        let tracking = book(request).tracking;
        now(in_utc().cancel(CancelRequest { tracking, booking: request.clone(), asked_at })).known().unwrap()
    }

    /// Follows the parcel as the warehouse does, and tells when it was delivered.
    fn follow(request: &BookingRequest) -> (Timestamp, Timestamp) {
        let mut asked_at = request.booked_at;
        for _ in 0..3 {
            let seen = track(request, asked_at);
            match seen.next_expected_at {
                Some(later) => asked_at = later,
                None => return (seen.collected_at.unwrap(), seen.delivered_at.unwrap()),
            }
        }
        panic!("not delivered after two scans");
    }

    #[test]
    fn the_truck_stops_at_ten_and_at_four_and_wants_half_an_hours_notice() {
        let sunday = Date(20_779); // 2026-11-22
        let cases = [
            ((0, 0), at(sunday, 10, 0)),
            ((9, 30), at(sunday, 10, 0)),
            ((9, 31), at(sunday, 16, 0)),
            ((15, 30), at(sunday, 16, 0)),
            ((15, 31), at(sunday.plus_days(1), 10, 0)),
            ((23, 59), at(sunday.plus_days(1), 10, 0)),
        ];
        for ((hour, minute), stop) in cases {
            let request = booking("shp_1", "GB", at(sunday, hour, minute));
            assert_eq!(book(&request).collection_at, stop, "booked at {hour}:{minute:02}");
        }
    }

    #[test]
    fn the_truck_keeps_the_shops_hours_and_days_wherever_it_is() {
        let minutes = |at: Timestamp, zone: &TimeZone| {
            let time = at.calendar().to_zoned_datetime(zone.clone()).time();
            u64::from(time.hour().unsigned_abs()) * 60 + u64::from(time.minute().unsigned_abs())
        };
        for zone in ["Pacific/Auckland", "Pacific/Pago_Pago", "Europe/London", "America/New_York"] {
            let zone = TimeZone::get(zone).unwrap();
            for hour in 0..48 {
                // the night in which New York turns its clocks, and the days beside it
                let booked_at = at(Date(20_757), hour, 40);
                let collected_at = next_stop(booked_at, &zone);
                assert!(STOP_HOURS.map(|hour| hour * 60).contains(&minutes(collected_at, &zone)));
                assert!(collected_at.ms_since(booked_at) <= 20 * Timestamp::HOUR_MS, "{hour}");
                let delivered_at = delivery("DSD6B5JMFRYP6P", "GB", collected_at, &zone);
                assert!((8 * 60..=18 * 60).contains(&minutes(delivered_at, &zone)));
                let days = delivered_at.day_in(&zone).0 - collected_at.day_in(&zone).0;
                assert!((1..=2).contains(&days), "{days}");
            }
        }
    }

    #[test]
    fn a_parcel_can_be_cancelled_until_the_truck_has_it() {
        let request = booking("shp_1", "GB", at(Date(20_779), 9, 0));
        let stop = book(&request).collection_at;
        assert_eq!(cancel(&request, request.booked_at), CancelAnswer::Cancelled);
        assert_eq!(cancel(&request, Timestamp(stop.0 - 1)), CancelAnswer::Cancelled);
        assert_eq!(cancel(&request, stop), CancelAnswer::AlreadyCollected);
        assert_eq!(track(&request, stop).collected_at, Some(stop));
    }

    #[test]
    fn a_number_of_another_parcel_is_refused() {
        let request = booking("shp_1", "GB", Timestamp(0));
        for wrong in [tracking::number("shp_2"), "DS123".into()] {
            let asked =
                TrackRequest { tracking: wrong.clone(), booking: request.clone(), asked_at: Timestamp(0) };
            assert!(matches!(now(in_utc().track(asked)), Answered::Refused(_)));
            let asked = CancelRequest { tracking: wrong, booking: request.clone(), asked_at: Timestamp(0) };
            assert!(matches!(now(in_utc().cancel(asked)), Answered::Refused(_)));
        }
    }

    #[test]
    fn a_farther_country_waits_longer() {
        let delivered = |country| follow(&booking("shp_1", country, Timestamp(1_795_305_600_000))).1;
        assert!(delivered("GB") < delivered("IE"));
        assert!(delivered("IE") < delivered("NZ"));
        assert_eq!(delivered("gb"), delivered("GB"));
    }

    #[test]
    fn what_its_zones_promise_it_keeps() {
        let table = DeliveryTable::new(embedded_zones(299, 2), 500).unwrap();
        for country in ["GB", "IE", "CH", "US", "NZ", "XK"] {
            let to = Destination::within(CountryCode::parse(country).unwrap());
            let (from, last) = table.zone(&to).unwrap().methods[0].days;
            for nth in 0..200 {
                let request = booking(&format!("shp_{nth}"), country, at(Date(20_779), 9, 0));
                let (collected_at, delivered_at) = follow(&request);
                let days = delivered_at.date().0 - collected_at.date().0;
                assert!((from..=last).contains(&days), "{country}: {days} of {from} to {last} days");
            }
        }
    }

    proptest! {
        #[test]
        fn a_parcel_is_delivered_by_day_one_or_two_days_after_its_collection(
            key in "shp_[A-Z0-9]{1,26}", booked_at in (0u64..4_000_000_000_000).prop_map(Timestamp),
        ) {
            let request = booking(&key, "GB", booked_at);
            let (collected_at, delivered_at) = follow(&request);
            prop_assert_eq!(collected_at, book(&request).collection_at);
            prop_assert_eq!(book(&request), book(&request));
            prop_assert!(collected_at.ms_since(booked_at) >= 30 * MINUTE_MS);
            prop_assert!((1..=2).contains(&(delivered_at.date().0 - collected_at.date().0)));
            let into_day = delivered_at.ms_since(delivered_at.date().start());
            prop_assert!((8 * Timestamp::HOUR_MS..=18 * Timestamp::HOUR_MS).contains(&into_day));
            prop_assert!(delivered_at.ms_since(booked_at) <= 75 * Timestamp::HOUR_MS, "too late for the demo");
        }

        #[test]
        fn no_scan_is_told_before_it_happened(
            key in "shp_[A-Z0-9]{1,26}", after_ms in 0..12 * Timestamp::DAY_MS, country in "[A-Z]{2}",
        ) {
            let request = booking(&key, &country, Timestamp(1_795_305_600_000));
            let asked_at = request.booked_at.plus_ms(after_ms);
            let seen = track(&request, asked_at);
            prop_assert!(seen.collected_at.is_none_or(|scan| scan <= asked_at));
            prop_assert!(seen.delivered_at.is_none_or(|scan| scan <= asked_at && seen.collected_at < Some(scan)));
            prop_assert!(seen.next_expected_at.is_none_or(|next| next > asked_at));
            prop_assert_eq!(seen.next_expected_at.is_none(), seen.delivered_at.is_some());
        }
    }
}
