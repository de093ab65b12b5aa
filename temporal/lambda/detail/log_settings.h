#pragma once

#include <temporal/common/log.h>
#include <temporal/envconfig/environment.h>

namespace temporal::lambda::detail {

/// What `AWS_LAMBDA_LOG_LEVEL` and `TEMPORAL_LAMBDA_LOG_FORMAT` ask for; INFO and JSON when they are unset or unknown.
inline LogOptions log_options(const envconfig::Environment& environment) {
  LogOptions options;
  if (const auto level = envconfig::variable(environment, "AWS_LAMBDA_LOG_LEVEL")) {
    options.level = parse_log_level(*level).value_or(options.level);
  }
  if (envconfig::variable(environment, "TEMPORAL_LAMBDA_LOG_FORMAT") == "text") options.format = LogFormat::text;
  return options;
}

/// A logger with what is the same in every record of this environment.
inline Logger environment_logger(const Logger& log, const envconfig::Environment& environment) {
  const auto function = envconfig::variable(environment, "AWS_LAMBDA_FUNCTION_NAME");
  return function ? log.with({{"function", *function}}) : log;
}

}  // namespace temporal::lambda::detail
