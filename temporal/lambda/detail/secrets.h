#pragma once

#include <temporal/client/connect_options.h>
#include <temporal/common/duration.h>
#include <temporal/envconfig/client_config.h>
#include <temporal/envconfig/environment.h>

#include <functional>
#include <string>

/// \file
/// Credentials that lie in AWS Secrets Manager or Parameter Store, so that a function's configuration names them and
/// does not hold them.

namespace temporal::lambda::detail {

/// Gives a secret by its name or ARN. @throws std::exception
using FetchSecret = std::function<std::string(const std::string& id)>;

/// Fills in what is named by ids. @throws ConfigurationError that names the id and what to change, and no secret; also
/// for a credential that is there by itself, too
void fill_in_secrets(client::ConnectOptions& connect, const envconfig::SecretIds& ids, const FetchSecret& fetch);

/// Asks the AWS Parameters and Secrets Lambda Extension, which answers on loopback, with AWS's own variables. In the
/// init phase it may not be ready yet: it is asked again for a few seconds.
/// See https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets_lambda.html.
FetchSecret aws_extension(const envconfig::Environment& environment);

}  // namespace temporal::lambda::detail
