// A million answers of targets behind a load balancer.
import { fuzzTest } from "../fuzz-test.ts"
import { response } from "../targets/response.ts"

fuzzTest(response)
