// A million policies, secrets that are JSON, and sealed values.
import { fuzzTest } from "../fuzz-test.ts"
import { secretDocuments } from "../targets/secrets.ts"

fuzzTest(secretDocuments)
