//! The order manager by its decisions: these tests play every other actor.
mod accepted_day;
mod another_card;
mod any_sequence;
mod desk;
mod drawn;
mod endings_told;
mod flows;
mod keys;
mod money_shown;
mod next_step;
mod ordered_in;
mod renewal;
mod stored;
mod table;
