#!/usr/bin/env node
// `tasker gmail-search` as a file of its own, for those who look for it: node cli/comprehensive-gmail-search.js -q "is:unread"
import { launch } from "./launch.js";

await launch(["gmail-search", ...process.argv.slice(2)]);
