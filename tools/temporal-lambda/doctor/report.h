#pragma once

#include <tools/temporal-lambda/doctor/facts.h>
#include <tools/temporal-lambda/doctor/finding.h>

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace temporal::lambda_doctor {

/// For people: what is looked at, each finding with what mends it, and what was not looked at.
std::string to_text(const Facts& facts, const std::vector<Finding>& findings);
nlohmann::json to_json(const Facts& facts, const std::vector<Finding>& findings);

}  // namespace temporal::lambda_doctor
