# Installs the extension and the shared library that it may need into the Python package's folder
# arbors/lib, where each finds the other. Included by the top-level CMakeLists.txt when scikit-build
# builds a wheel.
install(TARGETS arbors LIBRARY DESTINATION arbors/lib COMPONENT python)
# The reader inside Spark's JVM, where `mvn package` has made it in ext/spark.
install(FILES ${CMAKE_SOURCE_DIR}/ext/spark/target/arbors-spark.jar DESTINATION arbors/lib COMPONENT python OPTIONAL)
set_target_properties(arbors PROPERTIES INSTALL_RPATH "$ORIGIN")
if(SIMDJSON_CARRIED)
  install(PROGRAMS $<TARGET_FILE:simdjson::simdjson> DESTINATION arbors/lib COMPONENT python
    RENAME $<TARGET_SONAME_FILE_NAME:simdjson::simdjson>)
endif()
