# Installation: components, exported targets, package config, pkg-config file.
include(CMakePackageConfigHelpers)

set(roi_config_folder ${CMAKE_INSTALL_LIBDIR}/cmake/roi)
set(roi_libraries roi_core roi_naming_logic roi_naming roi_runtime roi_options roi_description
  roi_testing)
# Apart, for they need SQLite, and programs that only call and serve do not.
set(roi_journal_libraries roi_sqlite roi_journal)
set(roi_nameserver_libraries roi_nameserver_record roi_registry roi_ledger roi_nameserver)
set(roi_programs roi_idlc roi-nameserver roi)

# After find_package(roi) the names are those of the build tree: roi::runtime, roi::idlc.
foreach(target IN LISTS roi_libraries roi_journal_libraries roi_nameserver_libraries)
  string(REGEX REPLACE "^roi_" "" name ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
endforeach()
set_target_properties(roi_idlc PROPERTIES EXPORT_NAME idlc)
set_target_properties(roi-nameserver PROPERTIES EXPORT_NAME nameserver_program)
set_target_properties(roi PROPERTIES EXPORT_NAME command)

foreach(part IN ITEMS "" journal_ nameserver_)
  string(REPLACE "_" "-" export roi-${part}targets)
  install(TARGETS ${roi_${part}libraries} EXPORT ${export}
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime
    INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(EXPORT ${export} NAMESPACE roi:: DESTINATION ${roi_config_folder} COMPONENT development)
endforeach()
install(TARGETS ${roi_programs} EXPORT roi-tools
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT tools)
install(EXPORT roi-tools NAMESPACE roi:: DESTINATION ${roi_config_folder} COMPONENT tools)

foreach(folder runtime/include runtime/proto nameserver/client/include nameserver/include)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/${folder}/roi DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
    COMPONENT development FILES_MATCHING PATTERN "*.hpp" PATTERN "*.proto")
endforeach()

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/roi-config.cmake.in
  ${PROJECT_BINARY_DIR}/roi-config.cmake INSTALL_DESTINATION ${roi_config_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/roi-config-version.cmake
  COMPATIBILITY SameMinorVersion)
configure_file(${PROJECT_SOURCE_DIR}/cmake/roi.pc.in ${PROJECT_BINARY_DIR}/roi.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/roi-config.cmake ${PROJECT_BINARY_DIR}/roi-config-version.cmake
  ${PROJECT_SOURCE_DIR}/cmake/roi_generate.cmake
  DESTINATION ${roi_config_folder} COMPONENT development)
install(FILES ${PROJECT_BINARY_DIR}/roi.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
  COMPONENT development)
