// Resource policies of secrets: PutResourcePolicy, GetResourcePolicy, DeleteResourcePolicy, ValidateResourcePolicy.
import type { Op, ReadOp } from "../../gate/index.ts"
import { fault } from "../../kernel/index.ts"
import { checkLength } from "./checks.ts"
import { keyOf, liveSecretOf, secretOf } from "./lookup.ts"
import { isPublic, problemOf } from "./policy-document.ts"

/** AWS: "Maximum length of 20480". */
const longestDocument = 20_480

const checkDocument = (document: string | undefined): string => {
  const text = document ?? ""
  checkLength("resourcePolicy", text, 1, longestDocument)
  return text
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutResourcePolicy.html */
export const PutResourcePolicy: Op<"secretsmanager", "PutResourcePolicy"> = (cx, input) => {
  const policy = checkDocument(input.ResourcePolicy)
  const secret = liveSecretOf(cx, input.SecretId)
  const problem = problemOf(policy)
  if (problem !== undefined) throw fault("MalformedPolicyDocumentException", problem)
  if (input.BlockPublicPolicy && isPublic(policy)) {
    // Text from memory.
    throw fault("PublicPolicyException", "The resource policy grants broad access to the secret.")
  }
  cx.tx.secrets.patch(keyOf(secret), { policy })
  return { ARN: secret.arn, Name: secret.name }
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetResourcePolicy.html */
export const GetResourcePolicy: ReadOp<"secretsmanager", "GetResourcePolicy"> = (cx, input) => {
  const secret = secretOf(cx, input.SecretId)
  return {
    ARN: secret.arn,
    Name: secret.name,
    ...(secret.policy !== undefined && { ResourcePolicy: secret.policy }),
  }
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteResourcePolicy.html */
export const DeleteResourcePolicy: Op<"secretsmanager", "DeleteResourcePolicy"> = (cx, input) => {
  const secret = liveSecretOf(cx, input.SecretId)
  cx.tx.secrets.patch(keyOf(secret), { policy: undefined })
  return { ARN: secret.arn, Name: secret.name }
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ValidateResourcePolicy.html */
export const ValidateResourcePolicy: ReadOp<"secretsmanager", "ValidateResourcePolicy"> = (cx, input) => {
  const policy = checkDocument(input.ResourcePolicy)
  if (input.SecretId !== undefined) secretOf(cx, input.SecretId)
  const problem = problemOf(policy)
  const errors = problem === undefined ? [] : [{ CheckName: "PolicySyntax", ErrorMessage: problem }]
  if (errors.length === 0 && isPublic(policy)) {
    errors.push({ CheckName: "PublicPolicy", ErrorMessage: "The resource policy grants broad access to the secret." })
  }
  return { PolicyValidationPassed: errors.length === 0, ValidationErrors: errors }
}
