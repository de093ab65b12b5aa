#pragma once

#include <tools/temporal-lambda/package/fake_elf.h>
#include <tools/temporal-lambda/package/judge.h>

#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <vector>

/// \file
/// For tests of what is found in a package that has one thing wrong.

namespace temporal::lambda_package {

inline Files with_bootstrap(std::string content) {
  return {{"bootstrap", {.content = std::move(content), .mode = 0755}}};
}
inline Files with_bootstrap(const Elf& elf) { return with_bootstrap(FakeElf{elf}.bytes()); }

inline std::vector<Finding> findings(const Files& files) { return judge(files, 1000); }
inline std::vector<Finding> findings(const Elf& elf) { return findings(with_bootstrap(elf)); }
inline std::vector<Finding> findings(const std::string& bootstrap) { return findings(with_bootstrap(bootstrap)); }

/// Each text as a part of the finding's.
inline auto is_finding(Severity severity, const std::string& what, const std::string& remedy) {
  return ::testing::AllOf(::testing::Field(&Finding::severity, severity),
                          ::testing::Field(&Finding::what, ::testing::HasSubstr(what)),
                          ::testing::Field(&Finding::remedy, ::testing::HasSubstr(remedy)));
}
inline auto is_error(const std::string& what, const std::string& remedy) {
  return is_finding(Severity::error, what, remedy);
}
inline auto is_warning(const std::string& what, const std::string& remedy) {
  return is_finding(Severity::warning, what, remedy);
}

}  // namespace temporal::lambda_package
