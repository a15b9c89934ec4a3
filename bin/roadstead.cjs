#!/usr/bin/env node
// The `roadstead` command. Plain JavaScript of the old kind, so that an old Node gets a sentence and not a syntax error.
const fs = require("node:fs")
const path = require("node:path")
const url = require("node:url")

if (Number(process.versions.node.split(".")[0]) < 24) {
  process.stderr.write(
    `Roadstead needs Node 24 or newer; this is ${process.version}.\n` +
      "Install it from https://nodejs.org/ (or: nvm install 24) and run roadstead again.\n",
  )
  process.exit(2)
}

// A checkout runs its sources, whatever was built before; an installed package has no sources.
const source = path.join(__dirname, "../src/main/cli.ts")
const file = fs.existsSync(source) ? source : path.join(__dirname, "../dist/roadstead.js")
import(url.pathToFileURL(file).href).catch((error) => {
  process.stderr.write(`${error.stack}\n`)
  process.exit(1)
})
