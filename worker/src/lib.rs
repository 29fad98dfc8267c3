//! The Cloudflare Worker: routes, D1, cron.
