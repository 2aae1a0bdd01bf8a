//! Where those who come to a world ask from: each from an address of her own, and a flooder from several.

use std::net::{IpAddr, Ipv4Addr};

/// A network that no customer is in.
const FLOODERS: [u8; 3] = [203, 0, 113];

pub fn of_customer(number: u32) -> IpAddr {
    // 198.18.0.0/15 has room for all who come to one world
    Ipv4Addr::from_bits(Ipv4Addr::new(198, 18, 0, 0).to_bits() + number).into()
}

pub fn of_flooder(nth: u8) -> IpAddr {
    let [a, b, c] = FLOODERS;
    Ipv4Addr::new(a, b, c, nth).into()
}

pub fn is_of_flooder(address: IpAddr) -> bool {
    matches!(address, IpAddr::V4(address) if address.octets()[..3] == FLOODERS)
}
