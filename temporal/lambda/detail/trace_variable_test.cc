#include <temporal/lambda/detail/trace_variable.h>

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace temporal::lambda::detail {
namespace {

std::string variable() { return std::getenv("_X_AMZN_TRACE_ID"); }

TEST(TraceVariable, HoldsTheIdOfTheInvocationAndNothingWhereThereIsNone) {
  reserve_trace_variable();
  EXPECT_EQ(variable(), "");
  const char* const place = std::getenv("_X_AMZN_TRACE_ID");
  for (const auto& id : {std::string{"Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"},
                         std::string{"x"}, std::string(1024, 'y'), std::string{}}) {
    set_trace_variable(id);
    EXPECT_EQ(variable(), id);
  }
  set_trace_variable("Root=1");
  set_trace_variable(std::string(1025, 'z'));
  EXPECT_EQ(variable(), "") << "not the one of before";
  set_trace_variable("Root=1");
  set_trace_variable(std::string{"a\0b", 3});
  EXPECT_EQ(variable(), "");
  EXPECT_EQ(std::getenv("_X_AMZN_TRACE_ID"), place) << "who reads it meanwhile finds it where it was";
}

}  // namespace
}  // namespace temporal::lambda::detail
