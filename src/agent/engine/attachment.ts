// What our control plane says about a task beyond ECS's protocol, read from the attachment of our own type. Pure.
import { type AcsTask, roadsteadAttachmentType } from "../../protocol/index.ts"

/** The properties that the engine needs; all absent for a task of another control plane. */
export interface TaskPlace {
  /** The value of the network label: `<account>/<region>/<vpc id>`. */
  readonly network?: string
  /** Where containers reach the APIs. */
  readonly apiEndpoint?: string
  /** Containers whose tag is taken as it stands whenever it is asked for (versionConsistency disabled). */
  readonly unresolvedImages: ReadonlySet<string>
}

export const readPlace = (task: AcsTask): TaskPlace => {
  const found = task.attachments?.find((attachment) => attachment.attachmentType === roadsteadAttachmentType)
  const property = (name: string) => found?.attachmentProperties.find((one) => one.name === name)?.value
  const [account, region, vpcId] = [property("accountId"), property("region"), property("vpcId")]
  const apiEndpoint = property("apiEndpoint")
  return {
    unresolvedImages: new Set(property("unresolvedImages")?.split(",")),
    ...(account && region && vpcId && { network: `${account}/${region}/${vpcId}` }),
    ...(apiEndpoint && { apiEndpoint }),
  }
}
