// Operations on services whose deployments shift traffic: what is around them is in shifting.ts.
import type { Input } from "../../src/gate/index.ts"
import type { Roll } from "../fuzz/roll.ts"
import { type Action, family, kept, onDisk } from "./actions.ts"
import { networkOf, subnets } from "./fargate.ts"
import { names, pairs, ruleOf } from "./shifting.ts"

type Configuration = NonNullable<Input<"ecs", "CreateService">["deploymentConfiguration"]>

const strategy = (dice: Roll): Configuration => {
  const bakeTimeInMinutes = dice.below(3)
  const breaker = dice.once(2) && { deploymentCircuitBreaker: { enable: true, rollback: !dice.once(3) } }
  const minutes = dice.below(3)
  return {
    bakeTimeInMinutes,
    ...breaker,
    ...dice.pick<Configuration>([
      { strategy: "BLUE_GREEN" },
      { strategy: "CANARY", canaryConfiguration: { canaryPercent: 12.5, canaryBakeTimeInMinutes: minutes } },
      { strategy: "LINEAR", linearConfiguration: { stepPercent: 34, stepBakeTimeInMinutes: minutes } },
    ]),
  }
}

const createShifting: Action = (world, dice) => {
  const which = dice.below(names.length)
  const serviceName = names[which] ?? "g0"
  const taskDefinition = family(dice, "fargate")
  const desiredCount = dice.below(4)
  const deploymentConfiguration = strategy(dice)
  const [targetGroupArn, alternateTargetGroupArn] = pairs[which] ?? ["", ""]
  world.tell(`CreateService ${serviceName} of ${taskDefinition}, ${desiredCount}, ${deploymentConfiguration.strategy}`)
  world.call(
    "CreateService",
    {
      ...{ serviceName, taskDefinition, desiredCount, launchType: "FARGATE", deploymentConfiguration },
      networkConfiguration: networkOf(subnets),
      loadBalancers: [
        {
          ...{ targetGroupArn, containerName: "app", containerPort: 80 },
          advancedConfiguration: {
            alternateTargetGroupArn,
            productionListenerRule: ruleOf(which, "production"),
            ...(!dice.once(3) && { testListenerRule: ruleOf(which, "test") }),
            roleArn: "arn:aws:iam::123456789012:role/infrastructure",
          },
        },
      ],
    },
    ({ service }) => {
      kept(world, `CreateService ${serviceName}`, onDisk(world, "services", service?.serviceArn ?? "") !== undefined)
    },
  )
}

/** Another revision, or another strategy, of one that is there. */
const deployShifting: Action = (world, dice) => {
  const service = dice.pick(names)
  const isThere = world.view((view) =>
    [...view.services.all()].some(({ name, status }) => name === service && status === "ACTIVE"),
  )
  if (!isThere) return createShifting(world, dice)
  const change = {
    taskDefinition: family(dice, "fargate"),
    ...(dice.once(3) && { forceNewDeployment: true }),
    ...(dice.once(4) && { deploymentConfiguration: dice.once(4) ? { strategy: "ROLLING" as const } : strategy(dice) }),
  }
  world.tell(`UpdateService ${service} ${JSON.stringify(change)}`)
  world.call("UpdateService", { service, ...change })
}

export const shiftActions: readonly (readonly [Action, number])[] = [
  [createShifting, 1],
  [deployShifting, 3],
]
