#pragma once

#include <tools/temporal-lambda/doctor/facts.h>

#include <temporal/client/connect_options.h>

#include <string>

namespace temporal::lambda_doctor {

/// Asks Temporal, and changes nothing. An empty build id is that of the version that gets the tasks.
Facts look(const client::ConnectOptions& connect, const std::string& deployment, const std::string& build_id);

}  // namespace temporal::lambda_doctor
