// FireLens: the router container, its configuration, and the log driver that needs one.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_FirelensConfiguration.html
import { clientException } from "../../faults.ts"
import { type Check, type ContainerBody, containersOf, isWindows } from "../definition.ts"

const s3Object = /^arn:aws[a-z-]*:s3:::[^/]+\/.+$/

const checkRouter = (container: ContainerBody): void => {
  const { type, options = {} } = container.firelensConfiguration ?? {}
  const setting = `'firelensConfiguration' setting for container '${container.name}'`
  if (type !== "fluentd" && type !== "fluentbit") {
    throw clientException(`Invalid ${setting}. The type must be fluentd or fluentbit.`) // text from memory
  }
  const metadata = options["enable-ecs-log-metadata"]
  if (metadata !== undefined && metadata !== "true" && metadata !== "false") {
    throw clientException(`Invalid ${setting}. enable-ecs-log-metadata must be true or false.`) // text from memory
  }
  const [kind, value] = [options["config-file-type"], options["config-file-value"]]
  if ((kind === undefined) !== (value === undefined)) {
    throw clientException(`Invalid ${setting}. config-file-type and config-file-value belong together.`) // from memory
  }
  if (kind !== undefined && kind !== "s3" && kind !== "file") {
    throw clientException(`Invalid ${setting}. config-file-type must be s3 or file.`) // text from memory
  }
  // The same words that an environment file gets; seen for this field in another emulator [emu].
  if (kind === "s3" && !s3Object.test(value ?? "")) throw clientException("Invalid arn syntax")
}

export const checkFirelens: Check = (definition) => {
  const routers = containersOf(definition).filter((container) => container.firelensConfiguration)
  for (const router of routers) checkRouter(router)
  if (routers.length > 1) throw clientException("Only one container can have a firelensConfiguration.") // text from memory
  if (routers.length > 0 && isWindows(definition)) {
    throw clientException("Windows containers do not support firelensConfiguration.") // text from memory
  }
  const routed = containersOf(definition).some((container) => container.logConfiguration?.logDriver === "awsfirelens")
  if (routed && routers.length === 0) {
    // [field] badmintoncryer/cdk-preflight, probed at the real API
    throw clientException(
      "When awsfirelens log driver is specified in log configuration, a firelens configuration object must be specified",
    )
  }
}
