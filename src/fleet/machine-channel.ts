// The control plane's end of the channel to the supervisor: says all wishes whenever a machine, a network or a name
// changes, and writes what the supervisor reports into `observed`. Connects again for as long as the process lives.
import { connect, type Socket } from "node:net"
import { type BackOff, type Cancel, type Clock, type Log, lineReader, pauseAfter, scopeKey } from "../kernel/index.ts"
import type {
  FromSupervisor,
  InstanceMetadata,
  InstanceWish,
  MachineWish,
  NetworkWish,
  ToSupervisor,
} from "../protocol/index.ts"
import {
  closedSubnets,
  type InstanceRow,
  type MachineRow,
  type NetworkInterfaceRow,
  type State,
  type View,
} from "../state/index.ts"
import { instanceMetadata } from "./instance-metadata.ts"
import { concernsNames, namesOf } from "./vpc-names.ts"

/** Bytes of a line; a supervisor that says more is none. */
const longestFact = 1024 * 1024

const reconnect: BackOff = { first: 50, factor: 2, max: 2_000 }

export interface MachineChannelOptions {
  readonly state: State
  /** The wall clock. */
  readonly clock: Clock
  readonly log: Log
  /** The supervisor's socket. */
  readonly path: string
  /** Where agents of this machine reach the APIs. */
  readonly endpoint: (view: View, machine: MachineRow) => string
  /** The region that agents of the pool sign for. */
  readonly region: string
  /** Addresses on which containers are to reach the APIs. */
  readonly onListeners: (addresses: readonly string[]) => void
}

/** Starts the channel; ends with the function that it answers. */
export const startMachineChannel = (options: MachineChannelOptions): Cancel => {
  const { state, clock, log } = options
  let socket: Socket | undefined
  let failures = 0
  let stopped = false
  let cancelRetry: Cancel = () => {}

  const send = (message: ToSupervisor) => socket?.writable && socket.write(`${JSON.stringify(message)}\n`)
  const sayWishes = () => send({ type: "wishes", ...state.view((view) => wishesOf(view, options)) })
  const sayNames = () => send({ type: "names", names: state.view(namesOf) })

  const open = () => {
    const opened = connect(options.path)
    opened.on("connect", () => {
      failures = 0
      socket = opened
      sayWishes()
      sayNames()
    })
    opened.on("data", lineReader({ line: take, limit: longestFact, tooLong: () => opened.destroy() }))
    opened.on("error", (error) => log.debug("The channel to the supervisor failed.", { error: error.message }))
    opened.on("close", () => {
      if (socket === opened) socket = undefined
      if (stopped) return
      failures += 1
      cancelRetry = clock.at(clock.now() + pauseAfter(reconnect, failures), open)
    })
  }

  const take = (line: string) => {
    const fact = parseFact(line)
    if (!fact) return log.warn("The supervisor said something that is no fact.", {})
    if (fact.type === "listeners") options.onListeners(fact.addresses)
    else record(state, fact, Math.floor(clock.now()))
  }

  // Many rows change in one turn; what is said is everything, so once is enough.
  let wishesDue = false
  let namesDue = false
  const { stop } = state.watch(
    "durable",
    () => undefined,
    ({ changes }) => {
      for (const { table, before, after } of changes) {
        const isWish = table === "instances" ? isTold(before, after) : wishesFrom.has(table)
        if ((isWish && !isObservation(before, after)) || isOfBalancer(table, after ?? before))
          wishesDue = sayLater(wishesDue, () => (wishesDue = false), sayWishes)
        if (concernsNames(table, before, after)) namesDue = sayLater(namesDue, () => (namesDue = false), sayNames)
      }
    },
  )
  open()
  return () => {
    stopped = true
    cancelRetry()
    stop()
    socket?.destroy()
  }
}

/** Machines and networks, and what decides whether a subnet has a way out. */
const wishesFrom: ReadonlySet<string> = new Set([
  ...["machines", "networks", "subnets", "routeTables", "internetGateways", "natGateways"],
])

/** An address that a proxy listens on comes to the network's bridge, and goes from it. */
const isOfBalancer = (table: string, row: object | undefined): boolean =>
  table === "networkInterfaces" && (row as NetworkInterfaceRow | undefined)?.balancer !== undefined

/**
 * A fact about the wish that stands: nothing new is wished. With thousands of instances all wishes are long, and a fact
 * comes for each.
 */
const isObservation = (before: object | undefined, after: object | undefined): boolean => {
  const [was, is] = [before, after] as (Partial<MachineRow> | undefined)[]
  return was?.generation !== undefined && was.generation === is?.generation && was.observed !== is.observed
}

/** What an instance is told of its own record, beside what its machine is made from. */
const isTold = (before: object | undefined, after: object | undefined): boolean => {
  const [was, is] = [before, after] as (InstanceRow | undefined)[]
  if (!was || !is) return false
  return (["metadataOptions", "instanceProfile", "tags", "userData"] as const).some((name) => was[name] !== is[name])
}

const sayLater = (due: boolean, reset: () => void, say: () => void): true => {
  if (!due) {
    setImmediate(() => {
      reset()
      say()
    })
  }
  return true
}

const wishesOf = (view: View, options: MachineChannelOptions) => ({
  machines: [...view.machines.all()].flatMap((machine) => machineWish(view, machine, options)),
  networks: [...view.networks.all()].map(
    (n): NetworkWish => ({
      key: `${n.account}/${n.region}/${n.vpcId}`,
      vpcId: n.vpcId,
      cidr: n.cidr,
      gateway: n.gateway,
      machineId: n.machineId,
      desired: n.desired,
      generation: n.generation,
      closed: closedSubnets(view, n, n.vpcId),
      addresses: view.networkInterfaces
        .by("vpcOfBalancer", `${n.account}/${n.region}/${n.vpcId}`)
        .map(({ privateIp }) => privateIp)
        .toSorted(),
    }),
  ),
})

const machineWish = (view: View, machine: MachineRow, options: MachineChannelOptions): MachineWish[] => {
  const key = view.accessKeys.get(machine.accessKeyId)
  if (!key) return []
  const instance = instanceWish(view, machine)
  if (machine.instance !== undefined && !instance) return []
  return [
    {
      id: machine.id,
      kind: machine.kind,
      place: machine.place,
      desired: machine.desired,
      generation: machine.generation,
      ...(instance && { instance: instance.wish }),
      ...(instance?.metadata && { metadata: instance.metadata }),
      agent: {
        cluster: instance ? instance.cluster : fargatePoolCluster,
        region: instance ? instance.region : options.region,
        accessKeyId: key.accessKeyId,
        secretAccessKey: key.secretAccessKey,
        endpoint: options.endpoint(view, machine),
      },
    },
  ]
}

/** Without ECS_CLUSTER an agent joins `default`. */
const defaultCluster = "default"

const instanceWish = (
  view: View,
  machine: MachineRow,
):
  | {
      readonly wish: InstanceWish
      readonly metadata: InstanceMetadata | undefined
      readonly cluster: string
      readonly region: string
    }
  | undefined => {
  const row = view.instances.get(machine.instance ?? "")
  const eni = row && view.networkInterfaces.get(`${scopeKey(row)}/${row.interfaceId}`)
  const network = row && view.networks.get(`${scopeKey(row)}/${row.vpcId}`)
  if (!row || !eni || !network) return undefined
  const { id, vcpus, memoryMiB, architecture, agentSettings: settings } = row
  return {
    cluster: settings.ECS_CLUSTER || defaultCluster,
    region: row.region,
    metadata: instanceMetadata(view, row, eni, machine),
    wish: {
      ...{ id, vcpus, memoryMiB, architecture, settings },
      network: `${scopeKey(row)}/${row.vpcId}`,
      cidr: network.cidr,
      gateway: network.gateway,
      address: row.privateIp,
      macAddress: eni.macAddress,
      boots: machine.boots ?? 0,
    },
  }
}

/** Where the agent of a machine reaches the APIs: `ours` on this machine, its VPC's gateway on an EC2 instance. */
export const agentEndpoint = (view: View, machine: MachineRow | undefined, ours: string): string => {
  const row = machine?.instance === undefined ? undefined : view.instances.get(machine.instance)
  const network = row && view.networks.get(`${scopeKey(row)}/${row.vpcId}`)
  return network ? `http://${network.gateway}:${new URL(ours).port}` : ours
}

/** The name that hosts of the pool register with; the control plane knows them by their key and shows it nowhere. */
const fargatePoolCluster = "roadstead-fargate"

const parseFact = (line: string): FromSupervisor | undefined => {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === "object" && value !== null && "type" in value ? (value as FromSupervisor) : undefined
  } catch {
    return undefined
  }
}

const record = (state: State, fact: Exclude<FromSupervisor, { type: "listeners" }>, now: number): void => {
  state.transact((tx) => {
    const observed = {
      generation: fact.generation,
      ...(fact.reason !== undefined && { reason: fact.reason }),
      at: now,
    }
    if (fact.type === "machine") {
      const row = tx.machines.get(fact.id)
      if (row && fact.generation === row.generation && differs(row.observed, fact)) {
        tx.machines.patch(fact.id, { observed: { ...observed, status: fact.status } })
      }
      return
    }
    const row = tx.networks.get(fact.id)
    // A fact about an older wish says nothing about this one.
    if (row && fact.generation === row.generation && differs(row.observed, fact)) {
      tx.networks.patch(fact.id, { observed: { ...observed, status: fact.status } })
    }
  })
}

const differs = (
  known: { readonly status: string; readonly reason?: string; readonly generation: number },
  fact: { readonly status: string; readonly reason?: string; readonly generation: number },
): boolean => known.status !== fact.status || known.reason !== fact.reason || known.generation !== fact.generation
