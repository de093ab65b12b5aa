#include <tools/temporal-lambda/local/config.h>

#include <gmock/gmock.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <stdexcept>

using namespace temporal::local_lambda;
using namespace std::chrono_literals;
using testing::HasSubstr;

namespace {

template <class Call>
std::string complaint(Call&& call) {
  try {
    call();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

/// Of this process alone: tests run side by side.
std::filesystem::path test_folder() {
  auto folder = std::filesystem::path{testing::TempDir()} / ("config-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  return folder;
}

std::filesystem::path file_with(const std::string& text) {
  auto path = test_folder() / "functions.toml";
  std::ofstream{path} << text;
  return path;
}

LocalOptions good() { return {.functions = {{.name = "hello", .code = "/"}}}; }

}  // namespace

TEST(Config, VariablesGoToAllFunctionsOrToTheNamedOne) {
  const auto functions =
      functions_from_arguments({.functions = {"a=x.zip", "b=y"}, .environment = {"K=1", "b:K=2", "b:L=x=y"}});
  EXPECT_EQ(functions.at(0).environment.at("K"), "1");
  EXPECT_EQ(functions.at(1).environment.at("K"), "2");
  EXPECT_EQ(functions.at(1).environment.at("L"), "x=y");
  EXPECT_EQ(functions.at(0).environment.size(), 1U);
}

TEST(Config, ArgumentsThatAreUnclearAreRefusedWithTheirForm) {
  EXPECT_THAT(complaint([] { functions_from_arguments({.functions = {"hello"}}); }), HasSubstr("name=path"));
  EXPECT_THAT(complaint([] { functions_from_arguments({.functions = {"a=x"}, .environment = {"c:K=1"}}); }),
              HasSubstr("function c"));
}

TEST(Config, ATomlFileDescribesFunctions) {
  const auto functions =
      functions_from_toml(file_with("[function.hello]\ncode = 'hello.zip'\ntimeout = 7\nmemory = 512\nconcurrency = "
                                    "2\nenvironment = { K = 'v' }\n"));
  ASSERT_EQ(functions.size(), 1U);
  EXPECT_EQ(functions[0].code, test_folder() / "hello.zip");
  EXPECT_EQ(functions[0].timeout, 7s);
  EXPECT_EQ(functions[0].environment.at("K"), "v");
}

TEST(Config, TimeoutsAreWholeSeconds) {
  for (const double timeout : {0.0, 0.5, 7.5, 901.0, std::nan("")}) {
    EXPECT_THAT(complaint([&] { functions_from_arguments({.functions = {"a=x"}, .timeout_seconds = timeout}); }),
                HasSubstr("--timeout should be a whole number of seconds, 1 to 900"));
  }
  EXPECT_THAT(complaint([] { functions_from_toml(file_with("[function.a]\ncode = 'x'\ntimeout = 1.5\n")); }),
              HasSubstr("the timeout of function a should be a whole number"));
}

TEST(Config, BrokenTomlNamesFileAndLine) {
  EXPECT_THAT(complaint([] { functions_from_toml(file_with("[function.hello]\ncode = \n")); }),
              testing::AllOf(HasSubstr("functions.toml"), HasSubstr("line 2")));
  EXPECT_THAT(complaint([] { functions_from_toml(file_with("[function.hello]\nspeed = 1\n")); }), HasSubstr("'speed'"));
}

TEST(Config, ValuesThatAreNoStringsAreRefusedInsteadOfLost) {
  EXPECT_THAT(
      complaint([] { functions_from_toml(file_with("[function.a]\ncode = 'x'\nenvironment = { PORT = 80 }\n")); }),
      HasSubstr("environment.PORT of function a should be a string"));
  EXPECT_THAT(complaint([] { functions_from_toml(file_with("[function.a]\ncode = 5\n")); }),
              HasSubstr("code of function a"));
}

TEST(Config, VariablesOfTheCommandLineReachFunctionsOfAFile) {
  const auto functions = functions_from_arguments({.environment = {"a:K=1"}}, {{.name = "a", .code = "x"}});
  EXPECT_EQ(functions.at(0).environment.at("K"), "1");
}

TEST(Config, LimitsAreThoseOfLambda) {
  EXPECT_EQ(complaint([] { validate(good()); }), "");
  EXPECT_THAT(complaint([] { validate({}); }), HasSubstr("--function"));
  auto options = good();
  options.functions[0].timeout = 901s;
  EXPECT_THAT(complaint([&] { validate(options); }), HasSubstr("900"));
  options = good();
  options.functions[0].memory_mb = 64;
  EXPECT_THAT(complaint([&] { validate(options); }), HasSubstr("128"));
  options = good();
  options.functions.push_back(options.functions[0]);
  EXPECT_THAT(complaint([&] { validate(options); }), HasSubstr("twice"));
  options = good();
  options.functions[0].code = "/no/such/file";
  EXPECT_THAT(complaint([&] { validate(options); }), HasSubstr("does not exist"));
}

TEST(FunctionConfig, VersionsAndAliases) {
  const auto functions = functions_from_arguments(
      {.functions = {"hello=/", "hello:5=/"}, .environment = {"hello:BOTH=1", "hello:5:ONE=1"}});
  EXPECT_EQ(functions[0].version, "$LATEST");
  EXPECT_EQ(functions[1].version, "5");
  EXPECT_TRUE(functions[0].environment.contains("BOTH"));
  EXPECT_FALSE(functions[0].environment.contains("ONE"));
  EXPECT_EQ(functions[1].environment.size(), 2U);
  LocalOptions options{.functions = functions, .aliases = {alias_from_argument("hello:live=5")}};
  EXPECT_NO_THROW(validate(options));
  options.aliases = {alias_from_argument("hello:live=6")};
  EXPECT_THAT(complaint([&] { validate(options); }), HasSubstr("--function hello:6=path"));
  EXPECT_THAT(complaint([] { (void)alias_from_argument("hello=5"); }), HasSubstr("name:alias=version"));
  options = {.functions = {{.name = "hello", .version = "five", .code = "/"}}};
  EXPECT_THAT(complaint([&] { validate(options); }), HasSubstr("use a number"));
}
