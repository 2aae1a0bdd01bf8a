mod capture;
mod desk;
mod expiry;
mod hold;
mod random;
mod reversal;
mod settlement;
mod table;
