// A container host of the simulation: an agent that speaks ECS's protocol as the official one does, and containers that
// outlive it. What an image does is in its name. Messages travel by link.ts and requests by the world.
import type { Caller, Input, Output } from "../../src/gate/index.ts"
import type { Cancel, Clock, Fault } from "../../src/kernel/index.ts"
import type { Operations } from "../../src/model/operations.ts"
import {
  type AcsTask,
  type AcsToAgent,
  type AttachTaskNetworkInterfacesMessage,
  parseEnvelope,
} from "../../src/protocol/index.ts"
import type { Roll } from "../fuzz/roll.ts"
import type { ControlPlane } from "./control-plane.ts"
import { addressOf, type HostTask, present, type Report, type Status } from "./host-task.ts"
import { Link } from "./link.ts"

type Ecs = Operations["ecs"]
/** What became of a request. `lost`: no answer came, and nobody knows. */
export type Answer<O extends keyof Ecs & string> =
  | { readonly ok: Output<"ecs", O> }
  | { readonly refused: Fault }
  | { readonly lost: true }

/** What is around a host. */
export interface Surroundings {
  readonly clock: Clock
  readonly dice: Roll
  /** The process that listens now, if any. */
  plane(): ControlPlane | undefined
  latency(): number
  request<O extends keyof Ecs & string>(
    operation: O,
    input: Input<"ecs", O>,
    caller: Caller,
    done: (answer: Answer<O>) => void,
  ): void
  /** The agent is told to run this: it must be on disk. */
  ordered(host: Host, task: AcsTask): void
}

export interface HostOptions {
  readonly name: string
  readonly cluster: string
  readonly zone: string
  readonly cpu: number
  readonly memory: number
  readonly caller: Caller
  /** It is of the Fargate pool. */
  readonly pool?: boolean
}

const seconds = (dice: Roll, from: number, to: number): number =>
  Math.round(from * 1000 + dice.below((to - from) * 1000))

/** See the head of the file. */
export class Host {
  readonly options: HostOptions
  readonly #around: Surroundings
  readonly tasks = new Map<string, HostTask>()
  /** In the agent's memory. */
  instanceArn: string | undefined
  #lastSequence = 0
  /** Counts lives of the agent's process: what an earlier one had set off does not happen. */
  #life = 0
  up = false
  /** It will never come back. */
  gone = false
  /** Containers take long to stop. */
  hangs = false
  acs: Link | undefined
  tcs: Link | undefined

  constructor(options: HostOptions, around: Surroundings) {
    this.options = options
    this.#around = around
  }

  /** The agent's process starts: registers, connects, and says what was not acknowledged. */
  boot(): void {
    if (this.up || this.gone) return
    this.up = true
    this.#life += 1
    for (const task of this.tasks.values()) task.saying = false
    this.#later(seconds(this.#around.dice, 0.2, 1.5), () => this.#register())
  }

  /** The agent's process ends. Its containers run on. */
  die(): void {
    this.up = false
    this.#life += 1
    this.acs?.leave()
    this.tcs?.leave()
    this.acs = undefined
    this.tcs = undefined
  }

  /** Everything that the host knew and ran is gone. */
  wipe(): void {
    this.die()
    this.tasks.clear()
    this.instanceArn = undefined
    this.#lastSequence = 0
  }

  /** The machine has lost its power: containers ended, the agent's memory is there. */
  powerCut(): void {
    this.die()
    for (const task of this.tasks.values()) this.#end(task, { status: "STOPPED", exitCode: 137 })
  }

  /** The connections are cut, and each end hears of it in its own time. */
  cut(server: number, agent: number): void {
    this.acs?.cut(server, agent)
    this.tcs?.cut(server, agent)
  }

  /** A container of a task exits by itself. */
  exit(arn: string, exitCode: number): void {
    const task = this.tasks.get(arn)
    if (task?.status === "RUNNING") this.#end(task, { status: "STOPPED", exitCode })
  }

  running(): readonly string[] {
    return [...this.tasks.values()].filter((task) => task.status === "RUNNING").map((task) => task.arn)
  }

  /** Tasks that have this address now. */
  using(address: string): readonly string[] {
    return [...this.tasks.values()].flatMap((task) =>
      task.address === address && task.status !== "STOPPED" ? task.arn : [],
    )
  }

  #later(ms: number, fn: () => void): Cancel {
    const life = this.#life
    const { clock } = this.#around
    return clock.at(clock.now() + ms, () => {
      if (this.#life === life && this.up) fn()
    })
  }

  /** What happens to containers, whether the agent lives or not. */
  #inContainer(task: HostTask, ms: number, fn: () => void): void {
    const { clock } = this.#around
    clock.at(clock.now() + ms, () => {
      if (this.tasks.get(task.arn) === task && task.status !== "STOPPED") fn()
    })
  }

  #register(): void {
    const { name, cluster, zone, cpu, memory, caller } = this.options
    const life = this.#life
    const integer = (resource: string, integerValue: number) => ({ name: resource, type: "INTEGER", integerValue })
    const input: Input<"ecs", "RegisterContainerInstance"> = {
      cluster,
      ...(this.instanceArn && { containerInstanceArn: this.instanceArn }),
      totalResources: [
        integer("CPU", cpu),
        integer("MEMORY", memory),
        { name: "PORTS", type: "STRINGSET", stringSetValue: ["22", "2375", "2376", "51678", "51679"] },
        { name: "PORTS_UDP", type: "STRINGSET", stringSetValue: [] },
      ],
      attributes: [
        { name: "ecs.availability-zone", value: zone },
        { name: "host", value: name },
        ...["18", "19", "21", "24", "25", "29"].map((n) => ({
          name: `com.amazonaws.ecs.capability.docker-remote-api.1.${n}`,
        })),
        { name: "com.amazonaws.ecs.capability.ecr-auth" },
        { name: "ecs.capability.task-eni" },
        { name: "ecs.capability.container-health-check" },
      ],
    }
    this.#around.request("RegisterContainerInstance", input, caller, (answer) => {
      if (this.#life !== life) return
      if ("ok" in answer) {
        this.instanceArn = answer.ok.containerInstance?.containerInstanceArn
        this.#connect()
        for (const task of this.tasks.values()) this.#say(task)
      } else if ("refused" in answer) {
        // Its instance was deregistered meanwhile: it begins anew.
        this.wipe()
        this.boot()
      } else this.#later(seconds(this.#around.dice, 1, 5), () => this.#register())
    })
  }

  #connect(): void {
    const fleet = this.#around.plane()?.fleet
    const again = () => this.#later(seconds(this.#around.dice, 0.5, 5), () => this.#connect())
    if (!fleet) return void again()
    const { clock } = this.#around
    const latency = () => this.#around.latency()
    let over = false
    const onClose = () => {
      if (over) return
      over = true
      acs.leave()
      tcs.leave()
      this.acs = undefined
      this.tcs = undefined
      again()
    }
    const acs = new Link({ clock, latency, onFrame: (text) => this.#hear(text), onClose })
    const tcs = new Link({ clock, latency, onFrame: () => {}, onClose })
    const instance = encodeURIComponent(this.instanceArn ?? "")
    // Known before the control plane is: it may die of the commit that says so.
    this.acs = acs
    this.tcs = tcs
    const { caller } = this.options
    const refusal =
      fleet.attach(acs.socket, `/acs/ws?containerInstanceArn=${instance}&agentVersion=1.99.0`, caller) ??
      fleet.attach(tcs.socket, `/tcs/ws?containerInstance=${instance}&agentVersion=1.99.0`, caller)
    if (!refusal) {
      for (const task of this.tasks.values()) this.#sayHealth(task)
      return
    }
    if (refusal.type === "InactiveInstanceException") {
      this.wipe()
      this.boot()
    } else onClose()
  }

  #hear(text: string): void {
    const { type, message } = (parseEnvelope(text) ?? {}) as AcsToAgent
    switch (type) {
      case "PayloadMessage":
        this.#lastSequence = Math.max(this.#lastSequence, message.seqNum)
        for (const task of message.tasks) this.#accept(task)
        this.#command("AckRequest", { messageId: message.messageId })
        return
      case "TaskManifestMessage": {
        if (message.timeline < this.#lastSequence) return
        const named = new Set(message.tasks.map(({ taskArn }) => taskArn))
        const stopCandidates = [...this.tasks.values()]
          .filter((task) => task.status !== "STOPPED" && !named.has(task.arn))
          .map(({ arn, clusterArn }) => ({ taskArn: arn, taskClusterArn: clusterArn, desiredStatus: "STOPPED" }))
        if (stopCandidates.length > 0) {
          this.#command("TaskStopVerificationMessage", { messageId: message.messageId, stopCandidates })
        }
        return
      }
      case "TaskStopVerificationAck":
        for (const { taskArn } of message.stopTasks) this.#stop(this.tasks.get(taskArn))
        return
      case "AttachTaskNetworkInterfacesMessage":
        this.#command("AckRequest", { messageId: message.messageId })
        this.#attach(message)
        return
      default:
        return
    }
  }

  /** Says that the interfaces are there, once they are. What it has said is not in its memory: it may say it twice. */
  #attach(message: AttachTaskNetworkInterfacesMessage): void {
    const { taskArn: task, elasticNetworkInterfaces } = message
    const attachments = elasticNetworkInterfaces.flatMap(({ attachmentArn }) =>
      attachmentArn === undefined ? [] : [{ attachmentArn, status: "ATTACHED" }],
    )
    const { cluster, caller } = this.options
    const life = this.#life
    this.#later(seconds(this.#around.dice, 0.2, 4), () => {
      this.#around.request("SubmitTaskStateChange", { cluster, task, attachments }, caller, (answer) => {
        if (this.#life === life && "lost" in answer) this.#attach(message)
      })
    })
  }

  #command(type: string, message: object): void {
    const { cluster } = this.options
    this.acs?.say(JSON.stringify({ type, message: { cluster, containerInstance: this.instanceArn, ...message } }))
  }

  #accept(told: AcsTask): void {
    const known = this.tasks.get(told.arn)
    if (told.desiredStatus === "STOPPED") {
      if (known) {
        this.#stop(known)
        return
      }
      // An agent closes what it does not know: ecs-agent-protocol.md, trap 23.
      const reason = "TaskStateError: Agent could not progress task's state to stopped"
      const task = this.#take(told, "STOPPED")
      task.unsaid.push({ status: "STOPPED", reason })
      this.#say(task)
      return
    }
    this.#around.ordered(this, told)
    if (known) return
    const task = this.#take(told, "PENDING")
    const { dice } = this.#around
    this.#inContainer(task, seconds(dice, 0.1, 3), () => {
      if (task.stopping) return
      if (task.behaviour === "nostart") {
        const reason = "CannotPullContainerError: pull image manifest has been retried 5 time(s): not found"
        this.#end(task, { status: "STOPPED", reason })
        return
      }
      task.status = "RUNNING"
      task.unsaid.push({ status: "RUNNING" })
      this.#say(task)
      if (task.behaviour === "crash") {
        this.#inContainer(task, seconds(dice, 0.1, 20), () => this.#end(task, { status: "STOPPED", exitCode: 1 }))
      }
      if (task.containers.some((container) => container.healthCheckType === "docker")) {
        this.#inContainer(task, seconds(dice, 2, 20), () => {
          task.health = task.behaviour === "sick" ? "UNHEALTHY" : "HEALTHY"
          this.#sayHealth(task)
        })
      }
    })
  }

  #take(told: AcsTask, status: Status): HostTask {
    const containers = told.containers ?? []
    const image = containers[0]?.image ?? ""
    const task: HostTask = {
      arn: told.arn,
      clusterArn: told.taskClusterArn ?? "",
      containers,
      behaviour: image.slice(image.lastIndexOf(":") + 1),
      ...(told.elasticNetworkInterfaces?.[0] && { address: addressOf(told.elasticNetworkInterfaces[0]) }),
      status,
      stopping: false,
      unsaid: [],
      saying: false,
    }
    this.tasks.set(told.arn, task)
    return task
  }

  #stop(task: HostTask | undefined): void {
    if (!task || task.status === "STOPPED" || task.stopping) return
    task.stopping = true
    const { dice } = this.#around
    const ms = this.hangs ? seconds(dice, 30, 90) : seconds(dice, 0, 2)
    this.#inContainer(task, ms, () => this.#end(task, { status: "STOPPED", exitCode: this.hangs ? 137 : 143 }))
  }

  #end(task: HostTask, report: Report): void {
    if (task.status === "STOPPED") return
    task.status = "STOPPED"
    task.unsaid.push(report)
    this.#say(task)
  }

  /** Says what the control plane has not acknowledged, one thing at a time and in order. */
  #say(task: HostTask): void {
    const [report] = task.unsaid
    if (!report || task.saying || !this.up || this.instanceArn === undefined) return
    task.saying = true
    const life = this.#life
    const said = present({ exitCode: report.exitCode, reason: report.reason })
    const input: Input<"ecs", "SubmitTaskStateChange"> = {
      cluster: this.options.cluster,
      task: task.arn,
      status: report.status,
      containers: task.containers.map(({ name }) => ({ containerName: name, status: report.status, ...said })),
      // Without containers the reason is the task's own.
      ...(task.containers.length === 0 && report.reason !== undefined && { reason: report.reason }),
    }
    this.#around.request("SubmitTaskStateChange", input, this.options.caller, (answer) => {
      if (this.#life !== life) return
      if ("lost" in answer) {
        this.#later(seconds(this.#around.dice, 1, 5), () => {
          task.saying = false
          this.#say(task)
        })
        return
      }
      task.saying = false
      task.unsaid.shift()
      this.#say(task)
      // An agent says the health of all tasks every 20 s; what was too early for the control plane comes again.
      this.#sayHealth(task)
    })
  }

  #sayHealth(task: HostTask): void {
    if (task.health === undefined || task.status !== "RUNNING") return
    const now = this.#around.clock.now() / 1000
    const message = {
      metadata: { cluster: this.options.cluster, containerInstance: this.instanceArn, messageId: "health", fin: true },
      tasks: [
        {
          taskArn: task.arn,
          containers: task.containers.map(({ name }) => ({
            containerName: name,
            healthStatus: task.health,
            statusSince: now,
          })),
        },
      ],
      timestamp: now,
    }
    this.tcs?.say(`POST /ws HTTP/1.1\r\n\r\n${JSON.stringify({ type: "PublishHealthRequest", message })}`)
  }
}
