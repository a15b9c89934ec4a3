// A million inputs of each format's reader.
import { fuzzTest } from "../fuzz-test.ts"
import { cbor, form, json, xml } from "../targets/codecs.ts"

fuzzTest(json)
fuzzTest(cbor)
fuzzTest(form)
fuzzTest(xml)
