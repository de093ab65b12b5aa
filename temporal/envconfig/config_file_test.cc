#include <temporal/envconfig/config_file.h>

#include <temporal/common/client_errors.h>
#include <temporal/envconfig/detail/temporary_folder.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace temporal::envconfig {
namespace {

using detail::TemporaryFolder;
using ::testing::HasSubstr;

TEST(ConfigFile, C2_IsTheOneThatTheVariableNames) {
  const TemporaryFolder named;
  const TemporaryFolder root;
  root.write("temporal.toml", "root");
  const auto path = named.write("mine.toml", "mine");
  const auto found = find_config_file({{"TEMPORAL_CONFIG_FILE", path}}, {root.path()});
  ASSERT_TRUE(found.file);
  EXPECT_EQ(found.file->path, path);
  EXPECT_EQ(found.file->text, "mine");
}

TEST(ConfigFile, C2_WarnsOnceAndLooksNoFurtherWhenTheNamedOneDoesNotExist) {
  const TemporaryFolder root;
  root.write("temporal.toml", "root");
  const auto found = find_config_file({{"TEMPORAL_CONFIG_FILE", root.path() + "/none.toml"}}, {root.path()});
  EXPECT_FALSE(found.file);
  EXPECT_THAT(found.warning.value_or(""), HasSubstr(root.path() + "/none.toml"));
}

TEST(ConfigFile, C2_IsTheFirstInTheFoldersOtherwise) {
  const TemporaryFolder first;
  const TemporaryFolder second;
  second.write("temporal.toml", "second");
  EXPECT_EQ(find_config_file({}, {first.path(), second.path()}).file->text, "second") << "an absent one falls through";
  first.write("temporal.toml", "first");
  EXPECT_EQ(find_config_file({}, {first.path(), second.path()}).file->text, "first");
}

TEST(ConfigFile, C3_NeedNotExist) {
  const TemporaryFolder folder;
  const auto found = find_config_file({}, {folder.path(), folder.path() + "/none"});
  EXPECT_FALSE(found.file);
  EXPECT_FALSE(found.warning);
}

TEST(ConfigFile, C3_NamesOneThatCannotBeRead) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder.path() + "/temporal.toml");
  try {
    find_config_file({}, {folder.path()});
    FAIL() << "no error";
  } catch (const ConfigurationError& error) {
    EXPECT_THAT(error.message(), HasSubstr(folder.path() + "/temporal.toml"));
  }
}

TEST(ConfigFile, C4_AnEmptyVariableCountsAsUnset) {
  const TemporaryFolder root;
  root.write("temporal.toml", "root");
  EXPECT_TRUE(find_config_file({{"TEMPORAL_CONFIG_FILE", ""}}, {root.path()}).file);
}

}  // namespace
}  // namespace temporal::envconfig
