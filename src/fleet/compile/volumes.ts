// Volume kinds as a table: how a volume of a task definition becomes one of a payload.
import type { Volume } from "@aws-sdk/client-ecs"
import type { AcsVolume } from "../../protocol/index.ts"
import type { Frozen } from "../../state/index.ts"

type Compile = (volume: Frozen<Volume>) => AcsVolume | undefined

const kinds: readonly Compile[] = [
  (volume) =>
    volume.efsVolumeConfiguration && {
      name: volume.name ?? "",
      type: "efs",
      efsVolumeConfiguration: volume.efsVolumeConfiguration,
    },
  ({ name, dockerVolumeConfiguration: docker }) =>
    docker && {
      name: name ?? "",
      type: "docker",
      dockerVolumeConfiguration: {
        scope: docker.scope ?? "task",
        autoprovision: docker.autoprovision ?? false,
        driver: docker.driver ?? "local",
        driverOpts: docker.driverOpts ?? {},
        labels: docker.labels ?? {},
      },
    },
]

/** A volume; one without a kind is a host volume, and `host` must then be there even if it is empty. */
export const compileVolume: (volume: Frozen<Volume>) => AcsVolume = (volume) => {
  for (const kind of kinds) {
    const compiled = kind(volume)
    if (compiled) return compiled
  }
  const sourcePath = volume.host?.sourcePath
  return { name: volume.name ?? "", type: "host", host: sourcePath === undefined ? {} : { sourcePath } }
}
