// The second half of the seeds that run with every `npm test`, beside the first.
import { seedsTest } from "../seeds-test.ts"

seedsTest(1000)
