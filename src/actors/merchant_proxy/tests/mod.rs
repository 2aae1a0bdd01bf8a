mod capture;
mod desk;
mod hold;
mod random;
mod reversal;
mod settlement;
mod table;
