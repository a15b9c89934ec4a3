// Bar 5, second half: writes by 64 callers at once, each answered when it is durable. The floor is the same callers
// against a bare signed echo server, which keeps nothing: what durability and the records cost.
import { signedRequest } from "./support/aws-request.ts"
import { load } from "./support/load.ts"
import { report } from "./support/measure.ts"
import { startServer } from "./support/server.ts"

const callers = 64
const each = 500

await report(async () => {
  const echo = await startServer("echo-server")
  const roadstead = await startServer("control-plane")
  try {
    /** Every caller is an account of its own; every request makes a cluster that was not there. */
    const prepare = (port: number, round: string) =>
      Array.from({ length: callers }, (_, caller) =>
        Array.from({ length: each }, (_, n) =>
          signedRequest({
            port,
            service: "ecs",
            region: "us-east-1",
            target: "AmazonEC2ContainerServiceV20141113.CreateCluster",
            input: { clusterName: `bench-${round}-${n}` },
            accessKeyId: String(100_000_000_000 + caller),
            secretAccessKey: "bench",
            now: new Date(),
          }),
        ),
      )
    const measure = async (port: number, round: string) => {
      const requests = prepare(port, round)
      return load(port, callers, (caller) => requests[caller]?.pop())
    }
    await measure(echo.port, "warm")
    await measure(roadstead.port, "warm")
    const floor = await measure(echo.port, "a")
    const ours = await measure(roadstead.port, "a")
    return [
      {
        name: "durable mutations, 64 callers",
        value: ours.perSecond,
        unit: "requests/s",
        floor: { name: "a bare signed echo server", value: floor.perSecond },
      },
      {
        name: "durable mutations, 64 callers, p99",
        value: ours.p99,
        unit: "ms",
        floor: { name: "a bare signed echo server", value: floor.p99 },
      },
    ]
  } finally {
    await Promise.all([echo.stop(), roadstead.stop()])
  }
})
