// A million manifests of images.
import { fuzzTest } from "../fuzz-test.ts"
import { manifest } from "../targets/registry.ts"

fuzzTest(manifest)
