// A million frames on the agent's own end of the command socket.
import { fuzzTest } from "../fuzz-test.ts"
import { agent } from "../targets/agent.ts"

fuzzTest(agent)
