# What `cmake --install` and `cpack` take. Included by the top-level CMakeLists.txt.
#   cmake --install build --prefix FOLDER   arbors.so in FOLDER/lib…, and the distribution's simdjson
#                                           in lib…/arbors, unless arbors.so has its own
#   cpack --config build/CPackConfig.cmake  a .deb, which leaves that simdjson to the distribution
# A loader finds lib…/arbors.so by its name alone, so that `.load arbors` works from anywhere.
include(GNUInstallDirs)
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr" AND EXISTS /etc/debian_version AND CMAKE_LIBRARY_ARCHITECTURE)
  set(CMAKE_INSTALL_LIBDIR lib/${CMAKE_LIBRARY_ARCHITECTURE})
endif()
set_target_properties(arbors PROPERTIES INSTALL_RPATH "$ORIGIN/arbors")
install(TARGETS arbors LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT extension)
install(FILES README.md ext/CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT extension)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright COMPONENT extension)
if(SIMDJSON_CARRIED)
  install(PROGRAMS $<TARGET_FILE:simdjson::simdjson> DESTINATION ${CMAKE_INSTALL_LIBDIR}/arbors
    RENAME $<TARGET_SONAME_FILE_NAME:simdjson::simdjson> COMPONENT carried)
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME sqlite3-arbors)
set(CPACK_PACKAGE_CONTACT "The Arbors authors")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "named collections of JSON trees in SQLite files")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_COMPONENTS_ALL extension)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEBIAN_PACKAGE_SECTION database)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS sqlite3)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_STRIP_FILES ON)
include(CPack)
