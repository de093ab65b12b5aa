# The relocatable package: libraries, headers, the generated headers of Temporal's protos, the bridge's archive, and a
# configuration for find_package(temporal-cpp). A consumer names no path of the machine that built it.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

get_property(installed_rooms GLOBAL PROPERTY temporal_rooms)
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/temporal-cpp")

install(TARGETS ${installed_rooms} temporal_protos temporal_bridge_messages temporal-lambda EXPORT temporal-cpp
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
  RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
install(EXPORT temporal-cpp NAMESPACE temporal-cpp:: FILE temporal-cppTargets.cmake DESTINATION "${package_dir}")
# An imported target cannot be exported: the configuration defines temporal_bridge again over this file.
install(FILES "${TEMPORAL_BRIDGE_LIBRARY}" DESTINATION "${CMAKE_INSTALL_LIBDIR}")

install(DIRECTORY "${PROJECT_SOURCE_DIR}/temporal" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
  FILES_MATCHING PATTERN "*.h" PATTERN "fake_*.h" EXCLUDE PATTERN "temporary_folder.h" EXCLUDE)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/bridge/include/" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(DIRECTORY "${TEMPORAL_PROTOS_DIR}/temporal" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
  FILES_MATCHING PATTERN "*.pb.h")
install(DIRECTORY "${bridge_proto_dir}/" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.pb.h")

configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/temporal-cppConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/temporal-cppConfig.cmake"
  INSTALL_DESTINATION "${package_dir}"
  PATH_VARS CMAKE_INSTALL_LIBDIR CMAKE_INSTALL_INCLUDEDIR
  NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/temporal-cppConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(
  FILES
    "${PROJECT_BINARY_DIR}/temporal-cppConfig.cmake"
    "${PROJECT_BINARY_DIR}/temporal-cppConfigVersion.cmake"
    "${PROJECT_SOURCE_DIR}/cmake/Function.cmake"
  DESTINATION "${package_dir}")

if(BUILD_TESTING AND NOT TEMPORAL_SANITIZE)
  add_subdirectory(tests/install)
endif()
