// A million certificates.
import { fuzzTest } from "../fuzz-test.ts"
import { certificate } from "../targets/certificates.ts"

fuzzTest(certificate)
