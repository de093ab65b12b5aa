#include <temporal/envconfig/detail/redact.h>

#include <gtest/gtest.h>

namespace temporal::envconfig::detail {
namespace {

TEST(RedactTomlError, C10_DropsTheLinesThatTheParserQuotes) {
  EXPECT_EQ(redact_toml_error("TOML parse error at line 3, column 11\n  |\n3 | api_key = \"s3cret\n  |           ^\n"
                              "unclosed string\n"),
            "TOML parse error at line 3, column 11: unclosed string");
}

TEST(RedactTomlError, C10_DropsTheValueOfTheWrongType) {
  EXPECT_EQ(redact_toml_error("invalid type: integer `12345`, expected a string"),
            "invalid type: integer …, expected a string");
  EXPECT_EQ(redact_toml_error("invalid type: string \"s3cret, expected x\", expected struct Tls"),
            "invalid type: string …, expected struct Tls");
  EXPECT_EQ(redact_toml_error("invalid escape `s3cret`"), "invalid escape …");
}

TEST(RedactTomlError, LeavesOtherMessagesAlone) {
  EXPECT_EQ(redact_toml_error("Profile 'x' not found"), "Profile 'x' not found");
  EXPECT_EQ(redact_toml_error("invalid basic string, expected `\"`"), "invalid basic string, expected `\"`");
}

}  // namespace
}  // namespace temporal::envconfig::detail
