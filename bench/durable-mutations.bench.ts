// Bar 5, second half: writes by 64 callers at once, each answered when it is durable. The floor is the same callers
// against a bare signed echo server, which keeps nothing: what durability and the records cost.
import { signedRequest } from "./support/aws-request.ts"
import { type LoadResult, load } from "./support/load.ts"
import { median, report } from "./support/measure.ts"
import { startServer } from "./support/server.ts"

const callers = 64
const each = 150
/** Rounds before the compilers of both servers have settled; and those that count. */
const warmUp = 2
const rounds = 3

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
    const floor: LoadResult[] = []
    const ours: LoadResult[] = []
    for (let round = 0; round < warmUp + rounds; round++) {
      const pair = [await measure(echo.port, `${round}`), await measure(roadstead.port, `${round}`)] as const
      if (round < warmUp) continue
      floor.push(pair[0])
      ours.push(pair[1])
    }
    const middle = (results: readonly LoadResult[], of: (result: LoadResult) => number) => median(results.map(of))
    return [
      {
        name: "durable mutations, 64 callers",
        value: middle(ours, (result) => result.perSecond),
        unit: "requests/s",
        floor: { name: "a bare signed echo server", value: middle(floor, (result) => result.perSecond) },
      },
      {
        name: "durable mutations, 64 callers, p99",
        value: middle(ours, (result) => result.p99),
        unit: "ms",
        floor: { name: "a bare signed echo server", value: middle(floor, (result) => result.p99) },
      },
    ]
  } finally {
    await Promise.all([echo.stop(), roadstead.stop()])
  }
})
