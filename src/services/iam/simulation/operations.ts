// The part of IAM's table that asks what policies would do.
import { type About, anything, type Part, reading } from "../operation.ts"
import { GetContextKeysForCustomPolicy, GetContextKeysForPrincipalPolicy } from "./context-keys.ts"
import { SimulateCustomPolicy, SimulatePrincipalPolicy } from "./simulate.ts"

const ofSource = (_cx: unknown, input: { readonly PolicySourceArn: string | undefined }): About => ({
  resources: [input.PolicySourceArn ?? "*"],
})

export const simulationOperations: Part = {
  SimulateCustomPolicy: reading("SimulateCustomPolicy", SimulateCustomPolicy, anything),
  SimulatePrincipalPolicy: reading("SimulatePrincipalPolicy", SimulatePrincipalPolicy, ofSource),
  GetContextKeysForCustomPolicy: reading("GetContextKeysForCustomPolicy", GetContextKeysForCustomPolicy, anything),
  GetContextKeysForPrincipalPolicy: reading(
    "GetContextKeysForPrincipalPolicy",
    GetContextKeysForPrincipalPolicy,
    ofSource,
  ),
}
