#! /bin/sh
#***************************************
#*              START.BAT              *
#***************************************

if [ "$ARMS_EVENT" = "START" ]
then
	if [ "$ARMS_DISK" = "SUCCESS" ]
	then
		armlog "NORMAL1"
		/etc/init.d/httpd start || exit 1
		if [ "$ARMS_SERVER" = "HOME" ]
		then
			armlog "NORMAL2"
		else
			armlog "ON_OTHER1"
		fi
	else
		armlog "ERROR_DISK from START"
		exit 1
	fi
elif [ "$ARMS_EVENT" = "FAILOVER" ]
then
	if [ "$ARMS_DISK" = "SUCCESS" ]
	then
		armlog "FAILOVER1"
		/etc/init.d/httpd start || exit 1
		if [ "$ARMS_SERVER" = "HOME" ]
		then
			armlog "FAILOVER2"
		else
			armlog "ON_OTHER2"
		fi
	else
		armlog "ERROR_DISK from FAILOVER"
		exit 1
	fi
elif [ "$ARMS_EVENT" = "RECOVER" ]
then
	armlog "RECOVER"
else
	armlog "NO_CLP"
fi

armlog "EXIT"
exit 0
