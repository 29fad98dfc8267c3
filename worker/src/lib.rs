//! Kalends as a Cloudflare Worker: a request walks from its route through a service to the core and its ports.

mod database;
mod events;
mod log;
mod ports;
mod routes;
mod service;
mod service_account;
mod settings;
mod token;
