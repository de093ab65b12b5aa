#pragma once

#include <tools/temporal-lambda/doctor/facts.h>
#include <tools/temporal-lambda/doctor/finding.h>

#include <vector>

namespace temporal::lambda_doctor {

/// What is wrong, in order of cause: what follows from an error is not said beside it. A pure function.
std::vector<Finding> judge(const Facts& facts);

}  // namespace temporal::lambda_doctor
