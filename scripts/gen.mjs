// `npm run gen`: writes everything that src/model/ takes from the SDK packages. The output depends on the packages alone, so that
// a second run changes nothing (src/model/generated.test.ts holds it to that).
// usage: node scripts/gen.mjs [folder]   the folder defaults to src/model of this checkout
import { mkdirSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { writeContracts } from "./gen-contracts.mjs"
import { writeTypes } from "./gen-types.mjs"

const folder = process.argv[2] ?? fileURLToPath(new URL("../src/model", import.meta.url))
mkdirSync(folder, { recursive: true })
writeTypes(folder)
await writeContracts(folder)
