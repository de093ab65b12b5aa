#include <tools/temporal-lambda/deploy/explain.h>

namespace temporal::lambda_deploy {
namespace {

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

std::string explain_refused_invocation(const std::string& cause, const client::AwsLambda& compute) {
  if (has(cause, "TooManyRequests") || has(cause, "Rate Exceeded")) {
    return "AWS refuses to invoke " + compute.function_arn +
           ": is its reserved concurrency 0? aws lambda delete-function-concurrency takes that away";
  }
  return "Temporal may not invoke " + compute.function_arn + ": the role " + compute.assume_role_arn +
         " has to allow lambda:InvokeFunction and lambda:GetFunction on the function's ARN, and on the ARN with :*";
}

}  // namespace

std::optional<std::string> explain(const std::string& error, const std::optional<std::string>& cause,
                                   const client::AwsLambda& compute) {
  if (has(error, "Could not instantiate compute provider")) {
    return "the server does not invoke Lambda functions: a self-hosted one needs workercontroller.enabled and "
           "workercontroller.compute_providers.enabled in its dynamic configuration";
  }
  if (has(error, "requires \"role\" to be configured")) {
    return "this server invokes functions by way of a role alone: give --invoke-role and --external-id";
  }
  if (has(error, "failed to assume role") || has(error, "cannot connect to the compute provider")) {
    return "Temporal may not assume " + compute.assume_role_arn +
           ": its trust policy has to name Temporal's principals, and this external id";
  }
  if (has(error, "does not enforce ExternalID") || has(error, "does not require the configured external ID")) {
    return "the trust policy of " + compute.assume_role_arn +
           " has to demand the external id, by the condition StringEquals sts:ExternalId";
  }
  if (has(error, "cannot access the compute resource")) {
    return "there is no " + compute.function_arn + ", or the role may not see it: it needs lambda:GetFunction";
  }
  if (has(error, "missing active task queues")) {
    return "the version that is current serves task queues which this one has not polled: give them to this one's "
           "worker, too, or roll out with --ignore-missing-task-queues";
  }
  // The server hides what a failed invocation said behind these words.
  if (has(error, "something went wrong, please retry")) {
    return cause ? explain_refused_invocation(*cause, compute) + ". AWS says: " + *cause
                 : explain_refused_invocation({}, compute);
  }
  return std::nullopt;
}

}  // namespace temporal::lambda_deploy
