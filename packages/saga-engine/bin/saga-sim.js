#!/usr/bin/env node
import '../dist/testing/simulation/main.js';
